/** First come, first served, and whoever stands in it may leave from any place. Every operation takes constant time. */
export class WaitingLine<T extends object> {
  #places: (T | undefined)[] = [];
  #first = 0;
  /** Ticket of the entry at place 0. */
  #offset = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** @returns a ticket to leave by. */
  join(entry: T): number {
    this.#size += 1;
    return this.#offset + this.#places.push(entry) - 1;
  }

  leave(ticket: number): void {
    const place = ticket - this.#offset;
    if (place < this.#first || this.#places[place] === undefined) return;
    this.#places[place] = undefined;
    this.#size -= 1;
    this.#closeRanks();
  }

  first(): T | undefined {
    return this.#places[this.#first];
  }

  #closeRanks(): void {
    while (this.#first < this.#places.length && this.#places[this.#first] === undefined) this.#first += 1;
    if (this.#first < 64 || this.#first * 2 < this.#places.length) return;
    this.#places = this.#places.slice(this.#first);
    this.#offset += this.#first;
    this.#first = 0;
  }
}
