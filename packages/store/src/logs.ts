import type { AttemptKey } from '@fleetune/domain';
import { sql } from 'kysely';
import type { Database } from './database.js';

export interface StoredLogChunk {
  readonly offset: number;
  readonly data: Buffer;
  readonly writtenAtMs: number;
}

/**
 * Keeps a piece of an attempt's log, if the attempt is leased to `agentId`. What was kept before is kept once, also where
 * it comes again as part of another piece.
 *
 * @returns false when the attempt is not this agent's: the write was refused.
 */
export async function appendLog(
  database: Database,
  key: AttemptKey,
  agentId: string,
  chunk: StoredLogChunk,
): Promise<boolean> {
  const result = await database.pool.query({
    name: 'append-log',
    text: `
      WITH holder AS (
        SELECT 1 FROM attempts WHERE training_job_id = $1 AND fence = $2 AND agent_id = $3
      ), stored AS (
        SELECT coalesce((
          SELECT byte_offset + octet_length(data) FROM log_chunks
          WHERE training_job_id = $1 AND fence = $2 ORDER BY byte_offset DESC LIMIT 1
        ), 0) AS length
      ), written AS (
        INSERT INTO log_chunks (training_job_id, fence, byte_offset, data, written_at)
        SELECT $1, $2, greatest($4::bigint, length), substring($5::bytea FROM 1 + greatest(0, length - $4)::integer), $6
        FROM holder, stored WHERE $4 + octet_length($5) > length
        ON CONFLICT (training_job_id, fence, byte_offset) DO NOTHING
      )
      SELECT count(*)::integer AS holders FROM holder`,
    values: [key.trainingJobId, key.fence, agentId, chunk.offset, chunk.data, new Date(chunk.writtenAtMs)],
  });
  return (result.rows[0] as { holders: number }).holders === 1;
}

/** Chunks of one attempt that reach beyond `fromOffset`, in order, stopping after about `maxBytes`. */
export async function readLog(
  database: Database,
  key: AttemptKey,
  fromOffset: number,
  maxBytes: number,
): Promise<StoredLogChunk[]> {
  // The piece that `fromOffset` lies in begins before it.
  const first = sql<number>`(
    SELECT coalesce(max(byte_offset), 0) FROM log_chunks
    WHERE training_job_id = ${key.trainingJobId} AND fence = ${key.fence} AND byte_offset <= ${fromOffset}
  )`;
  const rows = await database.query
    .selectFrom('log_chunks')
    .select(['byte_offset', 'data', 'written_at'])
    .where('training_job_id', '=', key.trainingJobId)
    .where('fence', '=', key.fence)
    .where('byte_offset', '>=', first)
    .orderBy('byte_offset')
    .limit(MAX_CHUNKS_PER_READ)
    .execute();
  const chunks: StoredLogChunk[] = [];
  let bytes = 0;
  for (const row of rows) {
    const skip = Math.max(0, fromOffset - row.byte_offset);
    if (skip >= row.data.length) continue;
    if (bytes >= maxBytes) break;
    const data = row.data.subarray(skip);
    bytes += data.length;
    chunks.push({ offset: row.byte_offset + skip, data, writtenAtMs: row.written_at.getTime() });
  }
  return chunks;
}

/** Bounds the memory of one read: agents send pieces of at most 64 KiB. */
const MAX_CHUNKS_PER_READ = 256;
