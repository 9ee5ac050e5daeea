import type { QueueLog } from './class-queues.js';

/** Says once that the store went away and once that it is back, however many calls fail in between. */
export class Outage {
  readonly #store: string;
  readonly #log: QueueLog;
  #sinceMs: number | undefined;

  constructor(store: string, log: QueueLog) {
    this.#store = store;
    this.#log = log;
  }

  failed(error: unknown): void {
    if (this.#sinceMs !== undefined) return;
    this.#sinceMs = performance.now();
    this.#log.warn(`Lost the class queues on ${this.#store}: ${errorMessage(error)}. Trying again until they answer.`);
  }

  recovered(): void {
    if (this.#sinceMs === undefined) return;
    const seconds = (performance.now() - this.#sinceMs) / 1_000;
    this.#sinceMs = undefined;
    this.#log.info(`The class queues on ${this.#store} are back after ${seconds.toFixed(1)} s.`);
  }
}

/** Connection errors to several addresses at once have an empty message of their own. */
export function errorMessage(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return errorMessage(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}
