import { describe, expect, it } from 'vitest';
import { ChangeFeed, type Changing } from './change-feed.js';

interface Job extends Changing {
  readonly status: string;
}

/** A store that says when it was read, so that tests wait for looks and not for time. */
class Store {
  jobs: Job[] = [];
  reads = 0;
  broken = false;
  #waiting: { readonly reads: number; readonly resolve: () => void }[] = [];

  async read(modifiedAfterMs: number): Promise<Job[]> {
    this.reads += 1;
    for (const { reads, resolve } of this.#waiting) if (this.reads >= reads) setImmediate(resolve);
    if (this.broken) throw new Error('out of reach');
    return this.jobs.filter((job) => job.lastModifiedTimeMs > modifiedAfterMs);
  }

  looks(count: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ reads: this.reads + count, resolve }));
  }
}

function feedOf(store: Store): ChangeFeed<Job> {
  return new ChangeFeed({ read: (after) => store.read(after), nowMs: () => 100_000, pollEveryMs: 1 });
}

describe('a feed of changes', () => {
  it('reads once for all listeners, and tells each', async () => {
    const store = new Store();
    const feed = feedOf(store);
    const heard: string[] = [];
    const stops = ['first', 'second'].map((who) => feed.listen((jobs) => heard.push(`${who} ${jobs[0]?.status}`)));
    store.jobs = [{ name: 'a', lastModifiedTimeMs: 100_001, status: 'new' }];
    await store.looks(3);
    expect(heard).toEqual(['first new', 'second new']);
    for (const stop of stops) stop();
  });

  it('tells a change that was written late, and none twice', async () => {
    const store = new Store();
    const feed = feedOf(store);
    const heard: string[] = [];
    const stop = feed.listen((jobs) => heard.push(...jobs.map((job) => job.name)));
    store.jobs = [{ name: 'a', lastModifiedTimeMs: 101_000, status: 'x' }];
    await store.looks(2);
    store.jobs = [...store.jobs, { name: 'late', lastModifiedTimeMs: 100_500, status: 'x' }];
    await store.looks(3);
    expect(heard).toEqual(['a', 'late']);
    stop();
  });

  it('goes on after the store was out of reach', async () => {
    const store = new Store();
    store.broken = true;
    const feed = feedOf(store);
    const heard: string[] = [];
    const stop = feed.listen((jobs) => heard.push(...jobs.map((job) => job.name)));
    store.jobs = [{ name: 'a', lastModifiedTimeMs: 100_001, status: 'x' }];
    await store.looks(2);
    store.broken = false;
    await store.looks(2);
    expect(heard).toEqual(['a']);
    stop();
  });

  it('does not read while nobody listens', async () => {
    const store = new Store();
    const feed = feedOf(store);
    const stop = feed.listen(() => {});
    await store.looks(1);
    stop();
    const { reads } = store;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(store.reads).toBe(reads);
    expect(feed.isIdle).toBe(true);
  });
});
