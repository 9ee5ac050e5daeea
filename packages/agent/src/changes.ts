/** Lets asynchronous code wait for a condition over state that changes elsewhere. */
export class Changes {
  #waiting: (() => void)[] = [];

  /** Says that something changed; everybody who waits looks again. */
  announce(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
