import type { AttemptSource, ClassSource, SourcedAttempt } from '../attempt-source.js';
import { Changes } from '../changes.js';

/** Class queues in memory, which remember what became of every entry. */
export class MemorySource implements AttemptSource {
  readonly done: string[] = [];
  readonly putBack: string[] = [];
  readonly opened: string[] = [];
  readonly #changes = new Changes();
  readonly #queues = new Map<string, string[]>();
  /** Pulls that wait now, by class. */
  readonly waiting = new Map<string, number>();

  /** Puts attempts (fence 1) of these training jobs on the queue of a class. */
  add(instanceClass: string, ...trainingJobIds: string[]): void {
    this.#queue(instanceClass).push(...trainingJobIds);
    this.#changes.announce();
  }

  until(condition: () => boolean): Promise<void> {
    return this.#changes.until(condition);
  }

  open(instanceClass: string): ClassSource {
    this.opened.push(instanceClass);
    return { next: (signal) => this.#next(instanceClass, signal), close: async () => {} };
  }

  async close(): Promise<void> {}

  async #next(instanceClass: string, signal: AbortSignal): Promise<SourcedAttempt | undefined> {
    const queue = this.#queue(instanceClass);
    const count = (by: number) => {
      this.waiting.set(instanceClass, (this.waiting.get(instanceClass) ?? 0) + by);
      this.#changes.announce();
    };
    const wake = () => this.#changes.announce();
    signal.addEventListener('abort', wake, { once: true });
    count(1);
    await this.#changes.until(() => queue.length > 0 || signal.aborted);
    count(-1);
    signal.removeEventListener('abort', wake);
    const trainingJobId = signal.aborted ? undefined : queue.shift();
    if (trainingJobId === undefined) return undefined;
    return {
      key: { trainingJobId, fence: 1 },
      done: async () => {
        this.done.push(trainingJobId);
        this.#changes.announce();
      },
      putBack: async () => {
        this.putBack.push(trainingJobId);
        this.#changes.announce();
      },
    };
  }

  #queue(instanceClass: string): string[] {
    const queue = this.#queues.get(instanceClass) ?? [];
    this.#queues.set(instanceClass, queue);
    return queue;
  }
}
