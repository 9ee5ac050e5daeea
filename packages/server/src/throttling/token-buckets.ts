export interface TokenBucketSettings {
  /** Tokens that come back in a second. 0 lets everything through. */
  readonly perSecond: number;
  /** Tokens that an idle caller has. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  readAtMs: number;
}

/** Where more are kept, those that are full again are forgotten: that changes nothing for their callers. */
const MAX_KEPT = 10_000;

/** A token bucket for each caller: every request takes a token, and one that finds none is to come again later. */
export class TokenBuckets {
  readonly #settings: TokenBucketSettings;
  readonly #nowMs: () => number;
  readonly #buckets = new Map<string, Bucket>();

  /** @param nowMs of a clock that never goes back. */
  constructor(settings: TokenBucketSettings, nowMs: () => number) {
    this.#settings = settings;
    this.#nowMs = nowMs;
  }

  /** @returns false when the caller has asked too much lately. */
  take(caller: string): boolean {
    const { perSecond, burst } = this.#settings;
    if (perSecond === 0) return true;
    const nowMs = this.#nowMs();
    const bucket = this.#buckets.get(caller) ?? this.#add(caller, { tokens: burst, readAtMs: nowMs });
    bucket.tokens = this.#tokensAt(bucket, nowMs);
    bucket.readAtMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  get size(): number {
    return this.#buckets.size;
  }

  #add(caller: string, bucket: Bucket): Bucket {
    if (this.#buckets.size >= MAX_KEPT) this.#forgetFull(bucket.readAtMs);
    this.#buckets.set(caller, bucket);
    return bucket;
  }

  #forgetFull(nowMs: number): void {
    for (const [caller, bucket] of this.#buckets) {
      if (this.#tokensAt(bucket, nowMs) >= this.#settings.burst) this.#buckets.delete(caller);
    }
  }

  #tokensAt({ tokens, readAtMs }: Bucket, nowMs: number): number {
    const { perSecond, burst } = this.#settings;
    return Math.min(burst, tokens + ((nowMs - readAtMs) / 1000) * perSecond);
  }
}
