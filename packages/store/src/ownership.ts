import type pg from 'pg';
import type { Database } from './database.js';

/** Any constant: names the advisory lock that the scheduling server of this database holds. */
const SCHEDULER_LOCK = 7_305_126_501;

/** The right to schedule on this database. Every commit carries `fence`; a newer owner makes older fences worthless. */
export interface Ownership {
  readonly fence: number;
  release(): Promise<void>;
}

export class OwnershipHeldError extends Error {
  override readonly name = 'OwnershipHeldError';
  constructor() {
    super('Another server schedules on this database. Stop it first, or give this server a database of its own.');
  }
}

/**
 * Becomes the scheduling server. The lock lives as long as its connection, so a killed server frees it at once.
 *
 * @param onLost called when the connection that holds the lock breaks: somebody else may own it now.
 * @throws OwnershipHeldError when another server holds it.
 */
export async function acquireOwnership(database: Database, onLost: (error: Error) => void): Promise<Ownership> {
  const client = await database.pool.connect();
  try {
    const locked = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
      SCHEDULER_LOCK,
    ]);
    if (locked.rows[0]?.locked !== true) throw new OwnershipHeldError();
    const bumped = await client.query<{ fence: number }>(
      'UPDATE scheduler_ownership SET fence = fence + 1 RETURNING fence',
    );
    client.on('error', onLost);
    return { fence: bumped.rows[0]?.fence ?? 0, release: () => release(client, onLost) };
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** False when another server has become the owner since. */
export async function isStillOwner(database: Database, fence: number): Promise<boolean> {
  const found = await database.pool.query('SELECT 1 FROM scheduler_ownership WHERE fence = $1', [fence]);
  return found.rowCount === 1;
}

async function release(client: pg.PoolClient, onLost: (error: Error) => void): Promise<void> {
  client.off('error', onLost);
  // The lock goes with the connection.
  client.release(true);
}
