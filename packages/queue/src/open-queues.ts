import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ClassConsumer,
  type ClassQueueCounts,
  type ClassQueueItem,
  type ClassQueues,
  type QueueConnection,
  type QueueLog,
  QueueUnavailableError,
} from './class-queues.js';
import { QueueConsumer } from './consumer.js';
import { errorMessage, Outage } from './outage.js';
import { openPostgresStore } from './postgres-store.js';
import { type EntryQueue, entryId, type QueueStore, queueName } from './queue-store.js';
import { openRedisStore } from './redis-store.js';

/** A call that waits longer than this for the store fails. */
const CALL_DEADLINE_MS = 10_000;

/** Opens the class queues. Connects when first used, and again whenever the connection is lost. */
export function openQueues(connection: QueueConnection, log: QueueLog): ClassQueues {
  const description = describeStore(connection);
  const outage = new Outage(description, log);
  const store =
    connection.kind === 'redis'
      ? openRedisStore(connection.url, description, log, outage)
      : openPostgresStore(connection.url, description, outage);
  return new StoredClassQueues(store, outage);
}

class StoredClassQueues implements ClassQueues {
  readonly #store: QueueStore;
  readonly #outage: Outage;
  readonly #queues = new Map<string, EntryQueue>();
  readonly #consumers = new Set<QueueConsumer>();
  #closing: Promise<void> | undefined;

  constructor(store: QueueStore, outage: Outage) {
    this.#store = store;
    this.#outage = outage;
  }

  async enqueue(items: readonly ClassQueueItem[]): Promise<void> {
    await this.#onEachQueue(items, (queue, ofClass) => {
      const jobs = ofClass.map(bullmqJob);
      const [only] = jobs;
      // On PostgreSQL, adding one takes a fifth of the time that adding a bulk of one takes.
      return only !== undefined && jobs.length === 1 ? queue.add(only.name, only.data, only.opts) : queue.addBulk(jobs);
    });
  }

  async remove(items: readonly ClassQueueItem[]): Promise<void> {
    await this.#onEachQueue(items, (queue, ofClass) =>
      Promise.all(ofClass.map(({ key }) => queue.remove(entryId(key)))),
    );
  }

  async counts(instanceClasses: readonly string[]): Promise<ReadonlyMap<string, ClassQueueCounts>> {
    const counts = await Promise.all(
      instanceClasses.map((instanceClass) =>
        this.#onQueue(instanceClass, async (queue): Promise<[string, ClassQueueCounts]> => {
          const byState = await queue.getJobCounts('waiting', 'prioritized', 'active');
          const waiting = (byState.waiting ?? 0) + (byState.prioritized ?? 0);
          return [instanceClass, { waiting, handedOut: byState.active ?? 0 }];
        }),
      ),
    );
    return new Map(counts);
  }

  createConsumer(instanceClass: string): ClassConsumer {
    const consumer = new QueueConsumer(instanceClass, this.#store, this.#outage, () =>
      this.#consumers.delete(consumer),
    );
    this.#consumers.add(consumer);
    return consumer;
  }

  async ping(): Promise<void> {
    await this.#call(() => this.#store.ping());
  }

  async ensureReady(): Promise<void> {
    await this.#call(() => this.#store.ensureReady());
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    await Promise.all([...this.#queues.values()].map((queue) => queue.close().catch(() => {})));
    await this.#store.close();
  }

  async #onEachQueue(
    items: readonly ClassQueueItem[],
    work: (queue: EntryQueue, ofClass: readonly ClassQueueItem[]) => Promise<unknown>,
  ): Promise<void> {
    const byClass = new Map<string, ClassQueueItem[]>();
    for (const item of items) {
      const ofClass = byClass.get(item.instanceClass);
      if (ofClass === undefined) byClass.set(item.instanceClass, [item]);
      else ofClass.push(item);
    }
    await Promise.all([...byClass].map(([name, ofClass]) => this.#onQueue(name, (queue) => work(queue, ofClass))));
  }

  async #onQueue<T>(instanceClass: string, work: (queue: EntryQueue) => Promise<T>): Promise<T> {
    return this.#call(async () => {
      const queue = this.#queues.get(instanceClass) ?? this.#openQueue(instanceClass);
      try {
        return await work(queue);
      } catch (error) {
        // A queue remembers for ever that its schema was missing, so the next call opens another.
        this.#queues.delete(instanceClass);
        queue.close().catch(() => {});
        throw error;
      }
    });
  }

  #openQueue(instanceClass: string): EntryQueue {
    const queue = this.#store.openQueue(queueName(instanceClass));
    queue.on('error', (error) => this.#outage.failed(error));
    this.#queues.set(instanceClass, queue);
    return queue;
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    const deadline = new AbortController();
    try {
      const result = await Promise.race([
        this.#store.unlessLost(work),
        sleep(CALL_DEADLINE_MS, undefined, { signal: deadline.signal }).then(() => {
          throw new Error(`no answer within ${CALL_DEADLINE_MS / 1_000} s`);
        }),
      ]);
      this.#outage.recovered();
      return result;
    } catch (error) {
      this.#outage.failed(error);
      throw new QueueUnavailableError(this.#store.description, errorMessage(error), error);
    } finally {
      deadline.abort();
    }
  }
}

function bullmqJob({ key, priority }: ClassQueueItem) {
  return {
    name: 'attempt',
    data: { trainingJobId: key.trainingJobId, fence: key.fence },
    opts: {
      jobId: entryId(key),
      removeOnComplete: true,
      removeOnFail: true,
      ...(priority === undefined ? {} : { priority }),
    },
  };
}

function describeStore(connection: QueueConnection): string {
  const { host, pathname } = new URL(connection.url);
  return `${connection.kind === 'redis' ? 'Redis' : 'PostgreSQL'} at ${host}${pathname === '/' ? '' : pathname}`;
}
