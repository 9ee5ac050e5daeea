import { anyClassFor, type FleetCapacity } from './fleet-capacity.js';

/** Attempts of a class that ended lately say how soon its next slot is free. */
const LATELY_MS = 2_000;

/**
 * Counts how many attempts of each class ended in the last seconds: as many may wait on the class queue although no
 * slot is free, so that a slot that is freed finds work at once. Where programs run for hours that is one.
 */
export class RecentEnds {
  readonly #windows = new Map<string, { startMs: number; now: number; before: number }>();

  ended(instanceClass: string, nowMs: number): void {
    const window = this.#windows.get(instanceClass) ?? { startMs: nowMs, now: 0, before: 0 };
    this.#windows.set(instanceClass, window);
    if (nowMs - window.startMs >= LATELY_MS) {
      window.before = nowMs - window.startMs < 2 * LATELY_MS ? window.now : 0;
      window.now = 0;
      window.startMs = nowMs;
    }
    window.now += 1;
  }

  lately(instanceClass: string, nowMs: number): number {
    const window = this.#windows.get(instanceClass);
    if (window === undefined) return 0;
    if (nowMs - window.startMs < LATELY_MS) return Math.max(window.now, window.before);
    return nowMs - window.startMs < 2 * LATELY_MS ? window.now : 0;
  }

  /** Lets go of classes in which nothing ended lately. */
  forget(nowMs: number): void {
    for (const [name, window] of this.#windows) if (nowMs - window.startMs >= 2 * LATELY_MS) this.#windows.delete(name);
  }
}

/** The room for new attempts by class, during one pass of admission. */
export class ClassRooms {
  readonly #capacity: FleetCapacity;
  readonly #queuedByClass: ReadonlyMap<string, number>;
  readonly #ends: RecentEnds;
  readonly #nowMs: number;
  /** Slots for any class that neither run anything nor are waited for by an attempt on a queue, by the name of the offer. */
  readonly #anyFree = new Map<string, number>();

  constructor(capacity: FleetCapacity, queuedByClass: ReadonlyMap<string, number>, ends: RecentEnds, nowMs: number) {
    this.#capacity = capacity;
    this.#queuedByClass = queuedByClass;
    this.#ends = ends;
    this.#nowMs = nowMs;
    for (const [name, queued] of queuedByClass) {
      this.#takeAny(name, Math.max(0, queued - capacity.namedFree(name)));
    }
  }

  isOffered(instanceClass: string): boolean {
    return this.#capacity.slots(instanceClass) > 0;
  }

  /** True when a slot is free that no attempt on a queue waits for. */
  hasFree(instanceClass: string): boolean {
    return this.#anyFreeFor(instanceClass) > 0 || this.#capacity.namedFree(instanceClass) > this.#queued(instanceClass);
  }

  /** True when one more attempt may wait on the class queue for a slot to be freed. */
  mayQueueAhead(instanceClass: string): boolean {
    const slots = this.#capacity.slots(instanceClass);
    const ahead = Math.min(slots, Math.max(1, this.#ends.lately(instanceClass, this.#nowMs)));
    return this.#queued(instanceClass) < ahead;
  }

  /** An attempt is about to be put on the class queue. Call it before the count of the queue grows. */
  take(instanceClass: string): void {
    if (this.#capacity.namedFree(instanceClass) <= this.#queued(instanceClass)) this.#takeAny(instanceClass, 1);
  }

  #takeAny(instanceClass: string, count: number): void {
    this.#anyFree.set(anyClassFor(instanceClass), this.#anyFreeFor(instanceClass) - count);
  }

  #anyFreeFor(instanceClass: string): number {
    const anyClass = anyClassFor(instanceClass);
    return this.#anyFree.get(anyClass) ?? this.#capacity.anyFree(anyClass);
  }

  #queued(instanceClass: string): number {
    return this.#queuedByClass.get(instanceClass) ?? 0;
  }
}
