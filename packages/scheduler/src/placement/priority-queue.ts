/** A binary heap: the item with the lowest rank comes first; among equals, the one that was put in first. */
export class PriorityQueue<T> {
  readonly #heap: { readonly rank: number; readonly turn: number; readonly item: T }[] = [];
  #turns = 0;

  get size(): number {
    return this.#heap.length;
  }

  push(rank: number, item: T): void {
    this.#turns += 1;
    const entry = { rank, turn: this.#turns, item };
    let index = this.#heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) break;
      this.#swap(index, parent);
      index = parent;
    }
  }

  /** Rank of the first item; undefined when there is none. */
  firstRank(): number | undefined {
    return this.#heap[0]?.rank;
  }

  pop(): T | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || first === last) return first?.item;
    this.#heap[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let next = index;
      if (left < this.#heap.length && this.#isBefore(left, next)) next = left;
      if (right < this.#heap.length && this.#isBefore(right, next)) next = right;
      if (next === index) return first.item;
      this.#swap(index, next);
      index = next;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return false;
    return a.rank === b.rank ? a.turn < b.turn : a.rank < b.rank;
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}
