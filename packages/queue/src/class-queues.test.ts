import type { AttemptKey } from '@fleetune/domain';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ClassConsumer, type ClassQueues, QueueUnavailableError } from './class-queues.js';
import { openQueues } from './open-queues.js';
import { startPostgresServer } from './postgres-server.fixture.js';
import { hasRedisServer, startRedisServer } from './redis-server.fixture.js';
import type { TestStore } from './test-store.fixture.js';

const stores = [{ kind: 'postgres', start: startPostgresServer }];
if (hasRedisServer()) stores.push({ kind: 'redis', start: startRedisServer });
else console.warn('The class queues are not tested on Redis: there is no redis-server on the PATH.');

const CLASS = 'ml.m5.xlarge';

describe.each(stores)('class queues on $kind', ({ start }) => {
  let store: TestStore;
  let server: ClassQueues;
  let agent: ClassQueues;
  let warnings: string[];
  let notes: string[];

  beforeAll(async () => {
    store = await start();
  });
  afterAll(async () => {
    await store.stop();
  });
  beforeEach(async () => {
    warnings = [];
    notes = [];
    server = open();
    agent = open();
    await server.ensureReady();
  });
  afterEach(async () => {
    await agent.close();
    await store.wipe();
    await server.close();
  });

  function open(): ClassQueues {
    return openQueues(store.connection, {
      info: (text) => notes.push(text),
      warn: (text) => warnings.push(text),
    });
  }

  it('hands out by priority, and by arrival among equals', async () => {
    await enqueue({ trainingJobId: 'late', fence: 1 }, 7);
    await enqueue({ trainingJobId: 'first', fence: 1 });
    await enqueue({ trainingJobId: 'second', fence: 1 });
    await enqueue({ trainingJobId: 'early', fence: 1 }, 3);
    const consumer = agent.createConsumer(CLASS);
    expect([await take(consumer), await take(consumer), await take(consumer), await take(consumer)]).toEqual([
      { trainingJobId: 'first', fence: 1 },
      { trainingJobId: 'second', fence: 1 },
      { trainingJobId: 'early', fence: 1 },
      { trainingJobId: 'late', fence: 1 },
    ]);
  });

  it('wakes a consumer that waits within milliseconds', async () => {
    const consumer = agent.createConsumer(CLASS);
    const latenciesMs: number[] = [];
    for (let fence = 1; fence <= 21; fence += 1) {
      const taken = consumer.next(patience());
      // The first rounds connect; later ones find the consumer waiting.
      await server.ping();
      const enqueuedAt = performance.now();
      await enqueue({ trainingJobId: 'job', fence });
      const entry = await taken;
      latenciesMs.push(performance.now() - enqueuedAt);
      await entry?.done();
    }
    latenciesMs.sort((a, b) => a - b);
    expect(latenciesMs[10]).toBeLessThan(100);
  });

  it('keeps one of an attempt that is put in twice, alone or in bulk', async () => {
    const [one, two] = [key('one'), key('two')];
    await enqueue(one);
    await enqueue(one);
    await server.enqueue([one, two, two].map((each) => ({ instanceClass: CLASS, key: each })));
    expect(await counts()).toEqual({ waiting: 2, handedOut: 0 });
  });

  it('forgets an attempt that is done, so that it can be put in again', async () => {
    const consumer = agent.createConsumer(CLASS);
    await enqueue(key('again'));
    await take(consumer);
    expect(await counts()).toEqual({ waiting: 0, handedOut: 0 });
    await enqueue(key('again'));
    expect(await take(consumer)).toEqual(key('again'));
  });

  it('gives what is put back to another consumer that waits', async () => {
    const [first, second] = [agent.createConsumer(CLASS), agent.createConsumer(CLASS)];
    await enqueue(key('shy'));
    const entry = await first.next(patience());
    const waiting = second.next(patience());
    await entry?.putBack();
    expect((await waiting)?.key).toEqual(key('shy'));
  });

  it('loses nothing to a consumer that stopped waiting', async () => {
    const [leaver, stayer] = [agent.createConsumer(CLASS), agent.createConsumer(CLASS)];
    const impatience = new AbortController();
    const left = leaver.next(impatience.signal);
    await server.ping();
    impatience.abort();
    expect(await left).toBeUndefined();

    await enqueue(key('kept'));
    expect(await take(stayer)).toEqual(key('kept'));
    await enqueue(key('later'));
    expect(await take(leaver)).toEqual(key('later'));
  });

  it('hands every attempt to exactly one of several consumers', async () => {
    const consumers = Array.from({ length: 4 }, () => agent.createConsumer(CLASS));
    const items = Array.from({ length: 100 }, (_, index) => ({ instanceClass: CLASS, key: key(`job${index}`) }));
    const taken: string[] = [];
    const stop = new AbortController();
    const consuming = consumers.map(async (consumer) => {
      for (let entry = await consumer.next(stop.signal); entry; entry = await consumer.next(stop.signal)) {
        taken.push(entry.key.trainingJobId);
        await entry.done();
        if (taken.length >= items.length) stop.abort();
      }
    });
    await server.enqueue(items);
    await Promise.all(consuming);
    expect(new Set(taken).size).toBe(100);
    expect(taken).toHaveLength(100);
  });

  it('removes what nobody has, and leaves alone what is handed out', async () => {
    const consumer = agent.createConsumer(CLASS);
    await enqueue(key('taken'));
    const entry = await consumer.next(patience());
    await enqueue(key('waiting'));
    await server.remove(
      [key('taken'), key('waiting'), key('unknown')].map((each) => ({ instanceClass: CLASS, key: each })),
    );
    expect(await counts()).toEqual({ waiting: 0, handedOut: 1 });
    await entry?.done();
  });

  it('takes class names and ids with colons', async () => {
    const odd = { trainingJobId: 'arn:aws:sagemaker:job/7', fence: 2 };
    await server.enqueue([{ instanceClass: 'gpu:small', key: odd }]);
    expect(await take(agent.createConsumer('gpu:small'))).toEqual(odd);
  });

  it('hands out again what a dead agent took', async () => {
    const dead = open();
    await enqueue(key('orphan'));
    await dead.createConsumer(CLASS).next(patience());
    await dead.close();
    await enqueue(key('orphan'));
    expect(await take(agent.createConsumer(CLASS))).toEqual(key('orphan'));
  });

  it('goes on after the store lost everything', async () => {
    const consumer = agent.createConsumer(CLASS);
    await enqueue(key('before'));
    const held = await consumer.next(patience());
    const waiting = consumer.next(patience());
    await store.wipe();
    await held?.done();

    await server.ensureReady();
    const readyAt = performance.now();
    await enqueue(key('after'));
    expect((await waiting)?.key).toEqual(key('after'));
    expect(performance.now() - readyAt).toBeLessThan(2_000);
  });

  it('goes on after its connections were cut', async () => {
    const consumer = agent.createConsumer(CLASS);
    const waiting = consumer.next(patience());
    await server.ping();
    await store.dropConnections();
    const cutAt = performance.now();
    await eventually(() => enqueue(key('after')));
    expect((await waiting)?.key).toEqual(key('after'));
    expect(performance.now() - cutAt).toBeLessThan(2_000);
  });

  it('goes on after a crash and restart, refuses meanwhile, and says each once', async () => {
    const consumer = agent.createConsumer(CLASS);
    const waiting = takeUntil(consumer, 'after');
    await server.ping();
    await store.crash();
    await expect(enqueue(key('meanwhile'))).rejects.toThrow(QueueUnavailableError);
    await expect(server.ping()).rejects.toThrow(QueueUnavailableError);

    await store.restart();
    const backAt = performance.now();
    await eventually(() => server.ensureReady());
    await enqueue(key('after'));
    await waiting;
    expect(performance.now() - backAt).toBeLessThan(2_500);
    // One from the server's side and one from the agent's.
    expect(warnings.filter((text) => text.startsWith('Lost'))).toHaveLength(2);
    expect(notes.filter((text) => text.includes('back after'))).toHaveLength(2);
  });

  it('closes promptly while it waits, and when the store is down', async () => {
    const waiting = agent.createConsumer(CLASS).next(patience());
    await server.ping();
    const closedAt = performance.now();
    await agent.close();
    expect(await waiting).toBeUndefined();
    expect(performance.now() - closedAt).toBeLessThan(1_000);

    const other = open();
    const stranded = other.createConsumer(CLASS).next(patience());
    await server.ping();
    await store.crash();
    const strandedAt = performance.now();
    await other.close();
    expect(await stranded).toBeUndefined();
    expect(performance.now() - strandedAt).toBeLessThan(2_000);
    await store.restart();
    await eventually(() => server.ensureReady());
  });

  function key(trainingJobId: string): AttemptKey {
    return { trainingJobId, fence: 1 };
  }

  async function enqueue(attempt: AttemptKey, priority?: number): Promise<void> {
    await server.enqueue([{ instanceClass: CLASS, key: attempt, ...(priority === undefined ? {} : { priority }) }]);
  }

  async function counts() {
    return (await server.counts([CLASS])).get(CLASS);
  }
});

/** Waits as long as the test may take. */
function patience(): AbortSignal {
  return new AbortController().signal;
}

async function take(consumer: ClassConsumer): Promise<AttemptKey | undefined> {
  const entry = await consumer.next(patience());
  await entry?.done();
  return entry?.key;
}

/** What was refused in the middle of a loss may have got through all the same, so others may come first. */
async function takeUntil(consumer: ClassConsumer, trainingJobId: string): Promise<void> {
  for (;;) {
    const taken = await take(consumer);
    // A consumer that was closed gives nothing at once, for ever.
    if (taken === undefined) throw new Error(`The queue was closed before ${trainingJobId} came.`);
    if (taken.trainingJobId === trainingJobId) return;
  }
}

/** Tries until it works; the test's time limit is the only other end. */
async function eventually(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof QueueUnavailableError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
