export interface Changing {
  readonly name: string;
  readonly lastModifiedTimeMs: number;
}

export interface ChangeFeedParts<Item> {
  /** Everything modified after this time. */
  readonly read: (modifiedAfterMs: number) => Promise<readonly Item[]>;
  readonly nowMs: () => number;
  readonly pollEveryMs: number;
}

type Listener<Item> = (changed: readonly Item[]) => void;

/** A change is written a little after the time it carries: each look reaches back so far. */
const OVERLAP_MS = 3_000;

/** While nothing changes the looks become rarer, up to this many times the usual wait. */
const MAX_SLOWDOWN = 4;

/** Looks for changes while somebody listens: one look for all listeners, none when there are no listeners. */
export class ChangeFeed<Item extends Changing> {
  readonly #parts: ChangeFeedParts<Item>;
  readonly #listeners = new Set<Listener<Item>>();
  #timer: NodeJS.Timeout | undefined;
  #watermarkMs = 0;
  /** What was sent and may be read again because looks overlap: name to content. */
  #sent = new Map<string, string>();
  #quietLooks = 0;

  constructor(parts: ChangeFeedParts<Item>) {
    this.#parts = parts;
  }

  get isIdle(): boolean {
    return this.#listeners.size === 0;
  }

  /** @returns how to stop listening. */
  listen(listener: Listener<Item>): () => void {
    if (this.isIdle) {
      this.#watermarkMs = this.#parts.nowMs();
      this.#sent = new Map();
      this.#quietLooks = 0;
      this.#listeners.add(listener);
      this.#schedule();
    } else {
      this.#listeners.add(listener);
    }
    return () => {
      this.#listeners.delete(listener);
      if (this.isIdle) clearTimeout(this.#timer);
    };
  }

  #schedule(): void {
    const slowdown = Math.min(MAX_SLOWDOWN, 1 + Math.floor(this.#quietLooks / 10));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), this.#parts.pollEveryMs * slowdown);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    try {
      const changed = this.#unsent(await this.#parts.read(this.#watermarkMs - OVERLAP_MS));
      this.#quietLooks = changed.length === 0 ? this.#quietLooks + 1 : 0;
      if (changed.length > 0) for (const listener of [...this.#listeners]) listener(changed);
    } catch {
      // The store is out of reach: the next look reaches back to where the last good one ended.
    }
    if (!this.isIdle) this.#schedule();
  }

  #unsent(items: readonly Item[]): Item[] {
    const sent = new Map(items.map((item) => [item.name, JSON.stringify(item)]));
    const changed = items.filter((item) => this.#sent.get(item.name) !== sent.get(item.name));
    this.#sent = sent;
    this.#watermarkMs = Math.max(this.#watermarkMs, ...items.map((item) => item.lastModifiedTimeMs));
    return changed;
  }
}
