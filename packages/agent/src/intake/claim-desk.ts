import type { AttemptKey } from '@fleetune/domain';
import { agentMessage, type TrainingOrder } from '@fleetune/protocol';
import { attemptName } from '../attempts/attempt-name.js';
import type { AgentClock } from '../clock.js';
import type { Uplink } from '../gateway/uplink.js';
import { TimeoutQueue } from '../timeout-queue.js';

export type ClaimDecision =
  | { readonly kind: 'granted'; readonly order: TrainingOrder }
  | { readonly kind: 'refused'; readonly reason: string };

export type ClaimAnswer = { readonly askedAtMs: number } & (ClaimDecision | { readonly kind: 'unanswered' });

interface PendingClaim {
  readonly askedAtMs: number;
  readonly settle: (answer: ClaimAnswer) => void;
}

/** Asks the server for attempts that a queue handed out, and matches its answers. */
export class ClaimDesk {
  readonly #uplink: Uplink;
  readonly #clock: AgentClock;
  readonly #pending = new Map<string, PendingClaim>();
  readonly #timeouts: TimeoutQueue<string>;

  /** @param timeoutMs after which a claim counts as unanswered; well under the lease, which counts from the asking. */
  constructor(uplink: Uplink, clock: AgentClock, timeoutMs: number) {
    this.#uplink = uplink;
    this.#clock = clock;
    this.#timeouts = new TimeoutQueue(clock, timeoutMs);
  }

  isPending(key: AttemptKey): boolean {
    return this.#pending.has(attemptName(key));
  }

  /**
   * Never rejects. Unanswered when the connection is or gets lost, or the server is too slow.
   *
   * @param keptSlot that it was offered for, where it comes from no queue.
   */
  ask(key: AttemptKey, instanceClass: string, keptSlot?: AttemptKey): Promise<ClaimAnswer> {
    const askedAtMs = this.#clock.monotonicMs();
    const claim = { key, instanceClass, ...(keptSlot === undefined ? {} : { keptSlot }) };
    if (!this.#uplink.send(agentMessage({ case: 'claim', value: claim }))) {
      return Promise.resolve({ kind: 'unanswered', askedAtMs });
    }
    const name = attemptName(key);
    return new Promise((settle) => {
      this.#pending.set(name, { askedAtMs, settle });
      this.#timeouts.add(name, () => this.#giveUp(name));
    });
  }

  /** False when nobody waits for this answer any more. */
  answer(key: AttemptKey, decision: ClaimDecision): boolean {
    const name = attemptName(key);
    const claim = this.#pending.get(name);
    if (claim === undefined) return false;
    this.#pending.delete(name);
    this.#timeouts.delete(name);
    claim.settle({ ...decision, askedAtMs: claim.askedAtMs });
    return true;
  }

  disconnected(): void {
    this.#timeouts.clear();
    for (const name of [...this.#pending.keys()]) this.#giveUp(name);
  }

  #giveUp(name: string): void {
    const claim = this.#pending.get(name);
    this.#pending.delete(name);
    claim?.settle({ kind: 'unanswered', askedAtMs: claim.askedAtMs });
  }
}
