import type { Selectable } from 'kysely';
import type pg from 'pg';
import type { Database } from './database.js';
import type { WarmPoolTable } from './schema.js';

export type StoredWarmPool = Selectable<WarmPoolTable>;

/** As the scheduler writes it; times are ISO 8601 texts. */
export interface WarmPoolRow {
  training_job_id: string;
  tenant: string;
  fence: number;
  agent_id: string;
  instance_class: string;
  match: unknown;
  cluster_id: string;
  born_at: string;
  reuses: number;
  keep_alive_seconds: number;
  status: string;
  available_at: string | null;
  retained_ms: number;
  reused_by: string | null;
  end_reason: string | null;
  ended_at: string | null;
}

/** Part of the scheduler's transaction. @param rows one of each training job at most. */
export async function upsertWarmPools(client: pg.PoolClient, rows: readonly WarmPoolRow[]): Promise<void> {
  await client.query({ name: 'upsert-warm-pools', text: UPSERT_WARM_POOLS, values: [JSON.stringify(rows)] });
}

/** The slots that wait for a training job, with the name of the one that left each. */
export async function listAvailableWarmPools(database: Database): Promise<(StoredWarmPool & { name: string })[]> {
  return database.query
    .selectFrom('warm_pools')
    .innerJoin('training_jobs', 'training_jobs.id', 'warm_pools.training_job_id')
    .where('warm_pools.status', '=', 'Available')
    .orderBy('available_at')
    .selectAll('warm_pools')
    .select('training_jobs.name')
    .execute();
}

/** Those of a tenant that have not ended, of the newest training jobs first. */
export async function listLiveWarmPools(
  database: Database,
  tenant: string,
): Promise<(StoredWarmPool & { name: string })[]> {
  return database.query
    .selectFrom('warm_pools')
    .innerJoin('training_jobs', 'training_jobs.id', 'warm_pools.training_job_id')
    .where('warm_pools.tenant', '=', tenant)
    .where('warm_pools.status', 'in', ['InUse', 'Available'])
    .orderBy('training_jobs.created_at', 'desc')
    .selectAll('warm_pools')
    .select('training_jobs.name')
    .execute();
}

export async function findWarmPools(
  database: Database,
  trainingJobIds: readonly string[],
): Promise<Map<string, StoredWarmPool>> {
  if (trainingJobIds.length === 0) return new Map();
  const found = await database.pool.query<StoredWarmPool>({
    name: 'find-warm-pools',
    text: 'SELECT * FROM warm_pools WHERE training_job_id = ANY($1::uuid[])',
    values: [trainingJobIds],
  });
  return new Map(found.rows.map((row) => [row.training_job_id, row]));
}

/** Keeps the wish that a slot wait for so long. @returns false when it does not wait. */
export async function markKeepAliveWanted(
  database: Database,
  trainingJobId: string,
  keepAliveSeconds: number,
): Promise<boolean> {
  const result = await database.query
    .updateTable('warm_pools')
    .set({ wanted_keep_alive_seconds: keepAliveSeconds })
    .where('training_job_id', '=', trainingJobId)
    .where('status', '=', 'Available')
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Wishes that the scheduler has not carried out. */
export async function listKeepAliveWishes(
  database: Database,
): Promise<{ readonly trainingJobId: string; readonly keepAliveSeconds: number }[]> {
  const rows = await database.query
    .selectFrom('warm_pools')
    .select(['training_job_id', 'wanted_keep_alive_seconds'])
    .where('status', '=', 'Available')
    .where('wanted_keep_alive_seconds', 'is not', null)
    .whereRef('wanted_keep_alive_seconds', '<>', 'keep_alive_seconds')
    .execute();
  return rows.map((row) => ({
    trainingJobId: row.training_job_id,
    keepAliveSeconds: row.wanted_keep_alive_seconds ?? 0,
  }));
}

const UPSERT_WARM_POOLS = `
  INSERT INTO warm_pools AS pool (
    training_job_id, tenant, fence, agent_id, instance_class, match, cluster_id, born_at, reuses, keep_alive_seconds,
    status, available_at, retained_ms, reused_by, end_reason, ended_at
  )
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (
    training_job_id uuid, tenant text, fence integer, agent_id text, instance_class text, match jsonb, cluster_id uuid,
    born_at timestamptz, reuses integer, keep_alive_seconds integer, status text, available_at timestamptz,
    retained_ms bigint, reused_by text, end_reason text, ended_at timestamptz
  )
  ON CONFLICT (training_job_id) DO UPDATE SET
    fence = excluded.fence, agent_id = excluded.agent_id, instance_class = excluded.instance_class,
    match = excluded.match, cluster_id = excluded.cluster_id, born_at = excluded.born_at, reuses = excluded.reuses,
    keep_alive_seconds = excluded.keep_alive_seconds, status = excluded.status, available_at = excluded.available_at,
    retained_ms = excluded.retained_ms, reused_by = excluded.reused_by, end_reason = excluded.end_reason,
    ended_at = excluded.ended_at`;
