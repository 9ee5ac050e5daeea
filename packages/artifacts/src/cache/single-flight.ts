/** Work that several wait for and that is given up only when all of them have given up. */
export class SharedWork<T> {
  readonly #giveUp = new AbortController();
  readonly #result: Promise<T>;
  #waiting = 0;

  constructor(work: (signal: AbortSignal) => Promise<T>) {
    this.#result = work(this.#giveUp.signal);
    // Looked at by those who wait; until then it must not count as unhandled.
    this.#result.catch(() => undefined);
  }

  /** True when nobody waits any more: whoever comes now has to begin anew. */
  get isGivenUp(): boolean {
    return this.#giveUp.signal.aborted;
  }

  /** Resolves when the work has ended, however it did. */
  async ended(): Promise<void> {
    await this.#result.catch(() => undefined);
  }

  /** @throws the signal's reason when it comes first. */
  async wait(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    this.#waiting += 1;
    let leave: (() => void) | undefined;
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal.reason);
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([this.#result, left]);
    } finally {
      if (leave !== undefined) signal.removeEventListener('abort', leave);
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#giveUp.abort(new Error('Nobody waits for the data any more.'));
    }
  }
}
