import type { AttemptKey } from '@fleetune/domain';
import type { Chance } from './chance.js';
import type { ActiveFaults } from './faults.js';
import type { Timeline } from './timeline.js';

/** Class queues that may lose, double, reorder and hold up whatever is put on them. */
export class QueueModel {
  readonly #entries = new Map<string, AttemptKey[]>();
  readonly #timeline: Timeline;
  readonly #chance: Chance;
  readonly #faults: ActiveFaults;
  readonly #onArrival: (instanceClass: string) => void;

  constructor(timeline: Timeline, chance: Chance, faults: ActiveFaults, onArrival: (instanceClass: string) => void) {
    this.#timeline = timeline;
    this.#chance = chance;
    this.#faults = faults;
    this.#onArrival = onArrival;
  }

  enqueue(entries: readonly { readonly instanceClass: string; readonly key: AttemptKey }[]): Promise<void> {
    for (const { instanceClass, key } of entries) {
      if (this.#chance.strikes(shareOf(this.#faults.of('queue loses')))) continue;
      const copies = this.#chance.strikes(shareOf(this.#faults.of('queue doubles'))) ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        const heldUpMs = this.#faults.of('queue hangs').length > 0 ? this.#chance.between(5_000, 60_000) : 0;
        const delayMs = heldUpMs + this.#chance.between(0, 3) + copy * this.#chance.between(0, 5_000);
        this.#timeline.after(delayMs, () => this.#arrive(instanceClass, key));
      }
    }
    return Promise.resolve();
  }

  take(instanceClass: string): AttemptKey | undefined {
    const entries = this.#entries.get(instanceClass);
    if (entries === undefined) return undefined;
    const reorders = this.#faults.of('queue reorders').length > 0;
    const place = reorders ? Math.floor(this.#chance.next() * entries.length) : 0;
    const [key] = entries.splice(place, 1);
    return key;
  }

  putBack(instanceClass: string, key: AttemptKey): void {
    this.#arrive(instanceClass, key);
  }

  wipe(): void {
    this.#entries.clear();
  }

  #arrive(instanceClass: string, key: AttemptKey): void {
    const entries = this.#entries.get(instanceClass) ?? [];
    this.#entries.set(instanceClass, entries);
    // The real queue keeps one of an attempt that waits already.
    if (entries.some((entry) => entry.trainingJobId === key.trainingJobId && entry.fence === key.fence)) return;
    entries.push(key);
    this.#onArrival(instanceClass);
  }
}

/** Of several faults of a kind the strongest counts. */
export function shareOf(faults: readonly { readonly share: number }[]): number {
  return Math.max(0, ...faults.map((fault) => fault.share));
}
