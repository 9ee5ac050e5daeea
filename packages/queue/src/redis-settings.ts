import type { Redis } from 'ioredis';
import type { QueueLog } from './class-queues.js';

const advised = new WeakSet<QueueLog>();

/**
 * Warns, once per log, about settings that lose entries: the scheduler would put them in again, but only after a while.
 * A Redis that does not let its settings be read (a managed one, or an agent's account) gets no advice.
 */
export async function adviseRedisSettings(redis: Redis, description: string, log: QueueLog): Promise<void> {
  if (advised.has(log)) return;
  advised.add(log);
  try {
    const [policy, appendOnly] = await Promise.all([
      readSetting(redis, 'maxmemory-policy'),
      readSetting(redis, 'appendonly'),
    ]);
    if (policy !== undefined && policy !== 'noeviction') {
      log.warn(
        `${description} has maxmemory-policy ${policy} and may throw queue entries away; set maxmemory-policy noeviction.`,
      );
    }
    if (appendOnly === 'no') {
      log.warn(`${description} forgets its queues when it restarts; set appendonly yes.`);
    }
  } catch {
    // Advice is optional; that the connection broke is said elsewhere.
  }
}

async function readSetting(redis: Redis, name: string): Promise<string | undefined> {
  const reply = await redis.config('GET', name);
  return Array.isArray(reply) && typeof reply[1] === 'string' ? reply[1] : undefined;
}
