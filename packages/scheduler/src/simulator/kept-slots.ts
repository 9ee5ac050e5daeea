import type { AttemptKey } from '@fleetune/domain';
import { attemptName } from './store-model.js';

/** A slot whose attempt has ended and that waits for another. */
interface KeptSlot {
  /** Of the attempt that ran there last. */
  readonly key: AttemptKey;
  readonly units: number;
  /** The server has answered the report of that attempt: from then on it says whether the slot is kept. */
  settled: boolean;
  /** An attempt is asked for that is to start in it. */
  lent: boolean;
}

/** The slots that a virtual agent keeps: until the server no longer names them. */
export class KeptSlots {
  readonly #slots = new Map<string, KeptSlot>();
  #named = new Set<string>();

  /** Lent ones are counted by whoever asked for them. */
  get units(): number {
    let units = 0;
    for (const slot of this.#slots.values()) if (!slot.lent) units += slot.units;
    return units;
  }

  get keys(): readonly AttemptKey[] {
    return [...this.#slots.values()].map(({ key }) => key);
  }

  keep(key: AttemptKey, units: number): void {
    this.#slots.set(attemptName(key), { key, units, settled: false, lent: false });
  }

  settle(name: string): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    slot.settled = true;
    this.#giveBack(name, slot);
  }

  /** The server says which slots are kept. */
  named(keys: readonly AttemptKey[]): void {
    this.#named = new Set(keys.map(attemptName));
    for (const [name, slot] of [...this.#slots]) this.#giveBack(name, slot);
  }

  /** @returns its units; undefined when it is not there. */
  lend(key: AttemptKey): number | undefined {
    const slot = this.#slots.get(attemptName(key));
    if (slot === undefined || slot.lent) return undefined;
    slot.lent = true;
    return slot.units;
  }

  /** Nothing came of it. */
  takeBack(key: AttemptKey | undefined): void {
    const name = key === undefined ? '' : attemptName(key);
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    slot.lent = false;
    this.#giveBack(name, slot);
  }

  /** Another attempt runs in it. */
  used(key: AttemptKey): void {
    this.#slots.delete(attemptName(key));
  }

  clear(): void {
    this.#slots.clear();
    this.#named.clear();
  }

  #giveBack(name: string, slot: KeptSlot): void {
    if (slot.settled && !slot.lent && !this.#named.has(name)) this.#slots.delete(name);
  }
}
