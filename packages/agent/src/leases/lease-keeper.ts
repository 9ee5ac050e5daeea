import type { AttemptKey } from '@fleetune/domain';
import { attemptName } from '../attempts/attempt-name.js';
import type { AgentClock } from '../clock.js';
import { type LeaseOrder, LeaseTable, type LeaseTerms } from './lease-table.js';

/** What the keeper needs done. */
export interface LeaseDuties {
  /** Sends one renewal of all leases; an empty one is the agent's sign of life. */
  renew(keys: readonly AttemptKey[], sentAtMs: number): void;
  carryOut(order: LeaseOrder): void;
  /** All leases are held until then, should this process stand still or end. */
  heldUntil(endMs: number): void;
  /** The server has not answered a renewal in time: the connection is dead, though nobody said so. */
  connectionStalled(): void;
}

/** Questions asked at once travel in one renewal. */
const CONFIRM_TOGETHER_MS = 20;

interface Question {
  readonly askedAtMs: number;
  readonly answer: (isHeld: boolean) => void;
}

/** Runs a {@link LeaseTable} against the clock: one timer for all leases, armed for the next thing that is due. */
export class LeaseKeeper {
  readonly #clock: AgentClock;
  readonly #duties: LeaseDuties;
  readonly #table: LeaseTable;
  #terms: LeaseTerms = { ttlMs: 30_000, renewEveryMs: 5_000 };
  #connected = false;
  #isClosed = false;
  #nextRenewalMs = 0;
  /** When the oldest renewal without an answer was sent. */
  #unansweredSinceMs: number | undefined;
  #callOff: (() => void) | undefined;
  #lastRenewalMs = Number.NEGATIVE_INFINITY;
  /** Whose leases are asked for, by the attempts' names. */
  readonly #questions = new Map<string, Question[]>();
  #heldUntilMs: number | undefined;

  constructor(clock: AgentClock, duties: LeaseDuties) {
    this.#clock = clock;
    this.#duties = duties;
    this.#table = new LeaseTable(this.#terms);
  }

  connected(terms: LeaseTerms): void {
    this.#terms = terms;
    this.#table.setTerms(terms);
    this.#tellEnd();
    this.#connected = true;
    this.#unansweredSinceMs = undefined;
    this.#nextRenewalMs = this.#clock.monotonicMs();
    this.#tick();
  }

  disconnected(): void {
    this.#connected = false;
    this.#arm();
  }

  grant(key: AttemptKey, askedAtMs: number): void {
    this.#table.grant(key, askedAtMs);
    this.#tellEnd();
    // While connected the next renewal comes before any new lease can be due, so the timer stands.
    if (!this.#connected) this.#arm();
  }

  release(key: AttemptKey): void {
    this.#table.release(key);
    this.#answer(key, () => true, false);
  }

  renewed(keys: readonly AttemptKey[], sentAtMs: number): void {
    this.#table.renew(keys, sentAtMs);
    this.#tellEnd();
    this.#unansweredSinceMs = undefined;
    for (const key of keys) this.#answer(key, ({ askedAtMs }) => askedAtMs <= sentAtMs, true);
  }

  /**
   * Asks the server whether it still leases the attempt to this agent: its clock is right where this machine's stood
   * still. Waits for a connection, and resolves with false when the lease ends meanwhile.
   */
  confirm(key: AttemptKey): Promise<boolean> {
    if (!this.#table.holds(key)) return Promise.resolve(false);
    const nowMs = this.#clock.monotonicMs();
    const name = attemptName(key);
    return new Promise((answer) => {
      this.#questions.set(name, [...(this.#questions.get(name) ?? []), { askedAtMs: Math.floor(nowMs), answer }]);
      this.#nextRenewalMs = Math.min(this.#nextRenewalMs, Math.max(nowMs, this.#lastRenewalMs + CONFIRM_TOGETHER_MS));
      this.#arm();
    });
  }

  /** Nothing is renewed, stopped or killed any more, whatever comes. */
  close(): void {
    this.#isClosed = true;
    this.#arm();
  }

  #tellEnd(): void {
    const endMs = this.#table.firstEndMs();
    if (endMs === undefined || endMs === this.#heldUntilMs) return;
    this.#heldUntilMs = endMs;
    this.#duties.heldUntil(endMs);
  }

  #tick(): void {
    const nowMs = this.#clock.monotonicMs();
    for (const order of this.#table.due(nowMs)) {
      this.#duties.carryOut(order);
      if (order.kind === 'kill') this.#answer(order.key, () => true, false);
    }
    if (this.#connected && nowMs >= this.#nextRenewalMs) this.#renewAll(nowMs);
    this.#arm();
  }

  #renewAll(nowMs: number): void {
    this.#nextRenewalMs = nowMs + this.#terms.renewEveryMs;
    if (this.#unansweredSinceMs !== undefined && nowMs - this.#unansweredSinceMs >= 2 * this.#terms.renewEveryMs) {
      this.#duties.connectionStalled();
      return;
    }
    const sentAtMs = Math.floor(nowMs);
    this.#unansweredSinceMs ??= sentAtMs;
    this.#lastRenewalMs = nowMs;
    this.#duties.renew(this.#table.keys(), sentAtMs);
  }

  #answer(key: AttemptKey, concerns: (question: Question) => boolean, isHeld: boolean): void {
    const name = attemptName(key);
    const asked = this.#questions.get(name);
    if (asked === undefined) return;
    const open = asked.filter((question) => !concerns(question));
    if (open.length === 0) this.#questions.delete(name);
    else this.#questions.set(name, open);
    for (const question of asked) if (concerns(question)) question.answer(isHeld);
  }

  #arm(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    if (this.#isClosed) return;
    const dueMs = Math.min(
      this.#connected ? this.#nextRenewalMs : Number.POSITIVE_INFINITY,
      this.#table.nextDueMs() ?? Number.POSITIVE_INFINITY,
    );
    if (dueMs === Number.POSITIVE_INFINITY) return;
    // Rounded up: a timer that fires a fraction early would find nothing due and spin.
    const delayMs = Math.max(0, Math.ceil(dueMs - this.#clock.monotonicMs()));
    this.#callOff = this.#clock.after(delayMs, () => this.#tick());
  }
}
