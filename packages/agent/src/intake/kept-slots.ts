import type { AttemptKey } from '@fleetune/domain';
import { attemptName } from '../attempts/attempt-name.js';
import type { Slot } from '../inventory/capacity.js';

/** A slot whose attempt has ended, and what names its warm pool. */
export interface LeftSlot {
  /** Of the attempt that ran there last. */
  readonly key: AttemptKey;
  readonly warmPool: string;
}

export interface KeptSlotsParts {
  /** The slot serves others again. */
  readonly release: (slot: Slot) => void;
  /** Nothing of the pool is needed any more. */
  readonly endPool: (warmPool: string) => void;
}

interface KeptSlot extends LeftSlot {
  readonly slot: Slot;
  /** The server has answered the report of the attempt that ran there last: from then on it says what is kept. */
  settled: boolean;
  /** An attempt is asked for that is to start in it. */
  lent: boolean;
}

/**
 * Slots that wait for the next training job of their warm pool. The agent keeps one from the end of its attempt, before
 * the server has heard of it, so that nothing else gets in; from the moment its report is acknowledged it keeps the slots
 * that the server names, and gives back all others.
 */
export class KeptSlots {
  readonly #parts: KeptSlotsParts;
  readonly #slots = new Map<string, KeptSlot>();
  #named: ReadonlySet<string> = new Set();

  constructor(parts: KeptSlotsParts) {
    this.#parts = parts;
  }

  get keys(): readonly AttemptKey[] {
    return [...this.#slots.values()].map(({ key }) => key);
  }

  keep(slot: Slot, left: LeftSlot): void {
    this.#slots.set(attemptName(left.key), { ...left, slot, settled: false, lent: false });
  }

  /** The report of the attempt that ran there last is acknowledged, or counts for nothing. */
  settle(key: AttemptKey): void {
    const kept = this.#slots.get(attemptName(key));
    if (kept === undefined) return;
    kept.settled = true;
    this.#giveBackUnlessNamed(kept);
  }

  /** The server names the slots that are kept, all of them. */
  named(keys: readonly AttemptKey[]): void {
    this.#named = new Set(keys.map(attemptName));
    for (const kept of [...this.#slots.values()]) this.#giveBackUnlessNamed(kept);
  }

  /** The slot, for an attempt that is about to be asked for; undefined when it is not kept, or lent already. */
  lend(key: AttemptKey): Slot | undefined {
    const kept = this.#slots.get(attemptName(key));
    if (kept === undefined || kept.lent) return undefined;
    kept.lent = true;
    return kept.slot;
  }

  /** Nothing came of it: the slot goes on waiting. */
  takeBack(key: AttemptKey): void {
    const kept = this.#slots.get(attemptName(key));
    if (kept === undefined) return;
    kept.lent = false;
    this.#giveBackUnlessNamed(kept);
  }

  /** An attempt runs in the slot: it is that one's now. */
  used(key: AttemptKey): void {
    this.#slots.delete(attemptName(key));
  }

  /** The agent takes no more work. */
  giveUp(): void {
    for (const kept of [...this.#slots.values()]) if (!kept.lent) this.#giveBack(kept);
    // What is lent is given back when its claim is answered.
    for (const kept of this.#slots.values()) kept.settled = true;
    this.#named = new Set();
  }

  #giveBackUnlessNamed(kept: KeptSlot): void {
    if (kept.settled && !kept.lent && !this.#named.has(attemptName(kept.key))) this.#giveBack(kept);
  }

  #giveBack({ key, slot, warmPool }: KeptSlot): void {
    this.#slots.delete(attemptName(key));
    this.#parts.endPool(warmPool);
    this.#parts.release(slot);
  }
}
