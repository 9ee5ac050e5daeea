import { expect, it } from 'vitest';
import { openQueues } from './open-queues.js';
import { hasRedisServer, startRedisServer } from './redis-server.fixture.js';

it.runIf(hasRedisServer())('advises once about a Redis that forgets', async () => {
  const store = await startRedisServer();
  const warnings: string[] = [];
  const log = { info: () => {}, warn: (text: string) => warnings.push(text) };
  const [first, second] = [openQueues(store.connection, log), openQueues(store.connection, log)];
  await first.ping();
  await second.ping();
  await expect.poll(() => warnings).toEqual([expect.stringContaining('set appendonly yes')]);
  await first.close();
  await second.close();
  await store.stop();
});
