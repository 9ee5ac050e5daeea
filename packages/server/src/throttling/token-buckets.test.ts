import { describe, expect, it } from 'vitest';
import { TokenBuckets } from './token-buckets.js';

describe('a token bucket', () => {
  it('lets a burst through, then as many as come back in time', () => {
    let nowMs = 0;
    const buckets = new TokenBuckets({ perSecond: 10, burst: 3 }, () => nowMs);
    const taken = () => [1, 2, 3, 4].map(() => buckets.take('a'));
    expect(taken()).toEqual([true, true, true, false]);
    nowMs = 100;
    expect(taken()).toEqual([true, false, false, false]);
    nowMs = 60_000;
    expect(taken()).toEqual([true, true, true, false]);
  });

  it('is one for each caller', () => {
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, () => 0);
    expect(['a', 'a', 'b'].map((caller) => buckets.take(caller))).toEqual([true, false, true]);
  });

  it('of nothing a second is not there', () => {
    const buckets = new TokenBuckets({ perSecond: 0, burst: 0 }, () => 0);
    expect(buckets.take('a')).toBe(true);
    expect(buckets.size).toBe(0);
  });

  it('is forgotten when it is full again and there are many', () => {
    let nowMs = 0;
    const buckets = new TokenBuckets({ perSecond: 1, burst: 1 }, () => nowMs++);
    for (let caller = 0; caller < 25_000; caller += 1) buckets.take(String(caller));
    expect(buckets.size).toBeLessThanOrEqual(10_001);
  });
});
