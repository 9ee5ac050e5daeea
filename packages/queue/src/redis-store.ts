import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import type { QueueLog } from './class-queues.js';
import type { Outage } from './outage.js';
import { type EntryPayload, QUEUE_OPTIONS, type QueueStore, WORKER_OPTIONS } from './queue-store.js';
import { adviseRedisSettings } from './redis-settings.js';

/** Braces keep all keys in one slot of a Redis Cluster. An ACL for agents names `{fleetune}:*`. */
const KEY_PREFIX = '{fleetune}';

const RETRY_LIMIT_MS = 1_000;

/** One connection for all queues, and one that blocks for each consumer. */
export function openRedisStore(url: string, description: string, log: QueueLog, outage: Outage): QueueStore {
  const redis = new Redis(url, {
    // BullMQ's condition for connections that block. Calls that must not wait for another go through `unlessLost`.
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(25 * 2 ** times, RETRY_LIMIT_MS),
    connectTimeout: 5_000,
    // How long an orderly goodbye may take, and with it the end of the process.
    disconnectTimeout: 100,
    // Commands that got no answer for so long are on a dead connection: longer than any of them blocks.
    socketTimeout: 15_000,
    keepAlive: 10_000,
  });
  // Each call under way listens for the loss of the connection.
  redis.setMaxListeners(10_000);
  let closing = false;
  let lastError = new Error('the connection was closed');
  redis.on('error', (error) => {
    lastError = error;
    outage.failed(error);
  });
  redis.on('close', () => {
    if (!closing) outage.failed(lastError);
  });
  redis.on('ready', () => {
    lastError = new Error('the connection was closed');
    outage.recovered();
    void adviseRedisSettings(redis, description, log);
  });
  const shared = { connection: redis, prefix: KEY_PREFIX, skipVersionCheck: true };
  return {
    description,
    openQueue: (name) => new Queue<EntryPayload>(name, { ...shared, ...QUEUE_OPTIONS }),
    openWorker: (name) => new Worker<EntryPayload>(name, null, { ...shared, ...WORKER_OPTIONS }),
    unlessLost: (work) => unlessLost(redis, () => lastError, work),
    ping: async () => {
      await redis.ping();
    },
    ensureReady: async () => {
      await redis.ping();
    },
    close: async () => {
      closing = true;
      redis.disconnect();
    },
  };
}

async function unlessLost<T>(redis: Redis, reason: () => Error, work: () => Promise<T>): Promise<T> {
  if (redis.status === 'reconnecting' || redis.status === 'close' || redis.status === 'end') throw reason();
  let onClose = () => {};
  const loss = new Promise<never>((_, reject) => {
    onClose = () => reject(reason());
    redis.once('close', onClose);
  });
  try {
    return await Promise.race([work(), loss]);
  } finally {
    redis.off('close', onClose);
  }
}
