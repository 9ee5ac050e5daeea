/**
 * The sending half of a stream: messages are pushed from anywhere and read, in order, by the one transport that
 * iterates. Pushing never blocks, so whoever pushes much keeps its own window.
 */
export class Outbox<T> implements AsyncIterable<T> {
  #queue: T[] = [];
  #closed = false;
  #wake: (() => void) | undefined;

  /** False when the outbox is closed and the message was dropped. */
  push(message: T): boolean {
    if (this.#closed) return false;
    this.#queue.push(message);
    this.#rouse();
    return true;
  }

  /** Ends the iteration after what was pushed before. */
  close(): void {
    this.#closed = true;
    this.#rouse();
  }

  get closed(): boolean {
    return this.#closed;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    try {
      for (;;) {
        const batch = this.#queue;
        this.#queue = [];
        yield* batch;
        if (this.#queue.length > 0) continue;
        if (this.#closed) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      this.#closed = true;
      this.#queue = [];
    }
  }

  #rouse(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
