import type { Logger } from 'pino';
import type { ClassSource, SourcedAttempt } from '../attempt-source.js';
import type { AgentClock } from '../clock.js';

/** Pulls waiting on one class queue at once, at most. */
const MOST_PULLS = 4;
const PAUSE_AFTER_FAILURE_MS = 1_000;

/** Keeps as many pulls waiting on one class queue as there is room for, and not one more. */
export class ClassPuller {
  readonly #source: ClassSource;
  readonly #clock: AgentClock;
  readonly #log: Logger;
  readonly #onAttempt: (attempt: SourcedAttempt) => void;
  readonly #pulls = new Set<AbortController>();
  #wanted = 0;
  #paused = false;
  #callOff: (() => void) | undefined;

  constructor(source: ClassSource, clock: AgentClock, log: Logger, onAttempt: (attempt: SourcedAttempt) => void) {
    this.#source = source;
    this.#clock = clock;
    this.#log = log;
    this.#onAttempt = onAttempt;
  }

  /** Sets how many attempts are wanted now. Pulls over that number are called off. */
  want(count: number): void {
    this.#wanted = Math.min(count, MOST_PULLS);
    let surplus = this.#pulls.size - this.#wanted;
    for (const pull of this.#pulls) {
      if (surplus <= 0) break;
      pull.abort();
      surplus -= 1;
    }
    this.#refill();
  }

  async close(): Promise<void> {
    this.want(0);
    this.#callOff?.();
    await this.#source.close();
  }

  #refill(): void {
    while (!this.#paused && this.#pulls.size < this.#wanted) void this.#pull();
  }

  async #pull(): Promise<void> {
    const pull = new AbortController();
    this.#pulls.add(pull);
    let attempt: SourcedAttempt | undefined;
    try {
      attempt = await this.#source.next(pull.signal);
    } catch (error) {
      if (!pull.signal.aborted) this.#pause(error);
    }
    this.#pulls.delete(pull);
    if (attempt !== undefined) {
      // The intake takes the room and calls `want` again; until then this pull's place stays empty.
      this.#wanted -= 1;
      this.#onAttempt(attempt);
    } else {
      this.#refill();
    }
  }

  #pause(error: unknown): void {
    this.#log.warn({ err: error }, 'the class queue does not answer; trying again in a second');
    this.#paused = true;
    this.#callOff = this.#clock.after(PAUSE_AFTER_FAILURE_MS, () => {
      this.#paused = false;
      this.#refill();
    });
  }
}
