import type { AttemptKey } from '@fleetune/domain';
import type { Logger } from 'pino';
import type { AttemptSource, SourcedAttempt } from '../attempt-source.js';
import type { AttemptBoard } from '../attempts/attempt-board.js';
import { Changes } from '../changes.js';
import type { AgentClock } from '../clock.js';
import type { Capacity, Slot } from '../inventory/capacity.js';
import type { ClaimDesk } from './claim-desk.js';
import { ClassPuller } from './class-puller.js';
import type { KeptSlots } from './kept-slots.js';

interface DemandedClass {
  readonly puller: ClassPuller;
  /** Since when the server has said that there is work for the class; undefined while there is none. */
  demandedSinceMs: number | undefined;
}

/** Fills free slots: pulls from the queues of classes in demand, claims what it gets, and starts what is granted. */
export class WorkIntake {
  readonly #capacity: Capacity;
  readonly #claims: ClaimDesk;
  readonly #board: AttemptBoard;
  readonly #keptSlots: KeptSlots;
  readonly #clock: AgentClock;
  readonly #log: Logger;
  readonly #classes = new Map<string, DemandedClass>();
  #source: AttemptSource | undefined;
  #connected = false;
  #draining = false;
  /** Attempts between the queue and the board. */
  #admitting = 0;
  readonly #changes = new Changes();

  constructor(
    capacity: Capacity,
    claims: ClaimDesk,
    board: AttemptBoard,
    keptSlots: KeptSlots,
    clock: AgentClock,
    log: Logger,
  ) {
    this.#capacity = capacity;
    this.#claims = claims;
    this.#board = board;
    this.#keptSlots = keptSlots;
    this.#clock = clock;
    this.#log = log;
  }

  /** @param source stays the same over reconnects as long as the fleet's queues do. */
  connected(source: AttemptSource): void {
    if (source !== this.#source) this.#closePullers();
    this.#source = source;
    this.#connected = true;
    this.#reconsider();
  }

  disconnected(): void {
    this.#connected = false;
    this.#reconsider();
  }

  drain(): void {
    this.#draining = true;
    this.#reconsider();
  }

  /** Takes work again, from the next connection on: until then the server counts on none. */
  resume(): void {
    this.#draining = false;
  }

  /** The classes that have work now. A queue once opened is kept, because demand comes back. */
  setDemand(instanceClasses: readonly string[]): void {
    const nowMs = this.#clock.monotonicMs();
    for (const [name, each] of this.#classes) if (!instanceClasses.includes(name)) each.demandedSinceMs = undefined;
    for (const name of instanceClasses) {
      if (!this.#capacity.serves(name)) continue;
      const demanded = this.#classes.get(name) ?? this.#open(name);
      if (demanded !== undefined) demanded.demandedSinceMs ??= nowMs;
    }
    this.#reconsider();
  }

  /** An attempt that is to start in a slot which was kept for it. */
  offered(key: AttemptKey, instanceClass: string, keptAfter: AttemptKey): void {
    if (!this.#connected || this.#draining || this.#board.has(key) || this.#claims.isPending(key)) return;
    const slot = this.#keptSlots.lend(keptAfter);
    if (slot === undefined) return;
    this.#admitting += 1;
    void this.#claimKept(key, instanceClass, keptAfter, slot).finally(() => {
      this.#admitting -= 1;
      this.#changes.announce();
    });
  }

  slotFree(slot: Slot): void {
    this.#capacity.release(slot, this.#clock.monotonicMs());
    this.#reconsider();
  }

  /** Resolves when no attempt is on its way in. */
  async whenIdle(): Promise<void> {
    await this.#changes.until(() => this.#admitting === 0);
  }

  close(): void {
    this.drain();
    this.#closePullers();
  }

  #open(instanceClass: string): DemandedClass | undefined {
    if (this.#source === undefined) return undefined;
    const puller = new ClassPuller(this.#source.open(instanceClass), this.#clock, this.#log, (attempt) => {
      this.#admitting += 1;
      void this.#admit(attempt, instanceClass).finally(() => {
        this.#admitting -= 1;
        this.#changes.announce();
      });
    });
    const demanded: DemandedClass = { puller, demandedSinceMs: undefined };
    this.#classes.set(instanceClass, demanded);
    return demanded;
  }

  #closePullers(): void {
    for (const { puller } of this.#classes.values()) {
      puller.close().catch((error: unknown) => this.#log.warn({ err: error }, 'a class queue did not close properly'));
    }
    this.#classes.clear();
  }

  #reconsider(): void {
    const open = this.#connected && !this.#draining;
    for (const [name, { puller, demandedSinceMs }] of this.#classes) {
      puller.want(open && demandedSinceMs !== undefined ? this.#capacity.room(name) : 0);
    }
  }

  async #admit(attempt: SourcedAttempt, instanceClass: string): Promise<void> {
    const { key } = attempt;
    if (this.#board.has(key) || this.#claims.isPending(key)) {
      // The queue handed it out twice; the first time counts.
      this.#reconsider();
      return await this.#settle(attempt, 'done');
    }
    const slot = this.#connected && !this.#draining ? this.#capacity.take(instanceClass) : undefined;
    this.#reconsider();
    if (slot === undefined) return await this.#settle(attempt, 'putBack');

    const answer = await this.#claims.ask(key, instanceClass);
    if (answer.kind === 'granted') {
      const demandedSinceMs = this.#classes.get(instanceClass)?.demandedSinceMs ?? slot.freeAtMs;
      const slotFreeAtMs = Math.max(slot.freeAtMs, demandedSinceMs);
      this.#board.start({ key, order: answer.order, slot, askedAtMs: answer.askedAtMs, slotFreeAtMs });
      return await this.#settle(attempt, 'done');
    }
    this.#capacity.releaseUnused(slot);
    if (answer.kind === 'refused') this.#log.debug({ key, reason: answer.reason }, 'claim refused');
    await this.#settle(attempt, answer.kind === 'refused' ? 'done' : 'putBack');
    this.#reconsider();
  }

  async #claimKept(key: AttemptKey, instanceClass: string, keptAfter: AttemptKey, slot: Slot): Promise<void> {
    const offeredAtMs = this.#clock.monotonicMs();
    const answer = await this.#claims.ask(key, instanceClass, keptAfter);
    if (answer.kind === 'granted') {
      this.#keptSlots.used(keptAfter);
      this.#board.start({ key, order: answer.order, slot, askedAtMs: answer.askedAtMs, slotFreeAtMs: offeredAtMs });
      return;
    }
    if (answer.kind === 'refused') this.#log.debug({ key, reason: answer.reason }, 'claim of a kept slot refused');
    this.#keptSlots.takeBack(keptAfter);
  }

  async #settle(attempt: SourcedAttempt, how: 'done' | 'putBack'): Promise<void> {
    try {
      await attempt[how]();
    } catch (error) {
      // The queue hands it out again later; the server then refuses the claim, or grants it, as is right.
      this.#log.warn({ err: error, key: attempt.key }, 'the class queue did not take an attempt back');
    }
  }
}
