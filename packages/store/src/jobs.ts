import { type Selectable, sql } from 'kysely';
import type { AttemptRow } from './commit.js';
import type { Database } from './database.js';
import type { AttemptTable, MetricPointTable, TrainingJobTable, TuningJobTable } from './schema.js';

export type StoredTuningJob = Selectable<TuningJobTable>;
export type StoredTrainingJob = Selectable<TrainingJobTable>;
export type StoredAttempt = Selectable<AttemptTable>;
export type StoredMetricPoint = Selectable<MetricPointTable>;

export interface NewTuningJob {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly spec: unknown;
  readonly origin: unknown;
  readonly tags: Readonly<Record<string, string>>;
  readonly maxTrainingJobs: number | null;
  readonly maxParallelTrainingJobs: number;
  readonly createdAt: Date;
}

/** @returns false when the tenant already has a tuning job of that name. */
export async function insertTuningJob(database: Database, job: NewTuningJob): Promise<boolean> {
  const result = await database.query
    .insertInto('tuning_jobs')
    .values({
      id: job.id,
      tenant: job.tenant,
      name: job.name,
      spec: JSON.stringify(job.spec),
      origin: JSON.stringify(job.origin),
      tags: JSON.stringify(job.tags),
      status: 'InProgress',
      max_training_jobs: job.maxTrainingJobs,
      max_parallel_training_jobs: job.maxParallelTrainingJobs,
      created_at: job.createdAt,
      last_modified_at: job.createdAt,
    })
    .onConflict((conflict) => conflict.columns(['tenant', 'name']).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export interface NewTrainingJob {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly spec: unknown;
  readonly origin: unknown;
  readonly tags: Readonly<Record<string, string>>;
  readonly secondaryStatus: string;
  readonly transitions: unknown;
  readonly createdAt: Date;
}

/** @returns false when the tenant already has a training job of that name. */
export async function insertTrainingJob(database: Database, job: NewTrainingJob): Promise<boolean> {
  const result = await database.query
    .insertInto('training_jobs')
    .values({
      id: job.id,
      tenant: job.tenant,
      name: job.name,
      spec: JSON.stringify(job.spec),
      origin: JSON.stringify(job.origin),
      tags: JSON.stringify(job.tags),
      status: 'InProgress',
      secondary_status: job.secondaryStatus,
      transitions: JSON.stringify(job.transitions),
      fence: 0,
      internal_errors: 0,
      interruptions: 0,
      losses: 0,
      training_ms: 0,
      final_metrics: '[]',
      created_at: job.createdAt,
      last_modified_at: job.createdAt,
    })
    .onConflict((conflict) => conflict.columns(['tenant', 'name']).doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Which jobs have not ended, tuned training jobs aside, and which of them somebody wants stopped. */
export async function listLiveJobs(database: Database) {
  const columns = ['id', 'stop_requested_at'] as const;
  const [tuningJobs, trainingJobs] = await Promise.all([
    database.query.selectFrom('tuning_jobs').select(columns).where('ended_at', 'is', null).execute(),
    database.query
      .selectFrom('training_jobs')
      .select([...columns, 'tuning_job_id', 'parent_id'])
      .where('ended_at', 'is', null)
      .where((where) => where.or([where('tuning_job_id', 'is', null), where('stop_requested_at', 'is not', null)]))
      .execute(),
  ]);
  return { tuningJobs, trainingJobs };
}

/**
 * Everything that has not ended, with the newest attempt of each training job.
 *
 * @param ids of the tuning jobs, with their training jobs, and the training jobs, with their folds, that are wanted; all
 * when left out.
 */
export async function loadLiveJobs(
  database: Database,
  ids?: readonly string[],
): Promise<{
  readonly tuningJobs: readonly StoredTuningJob[];
  readonly trainingJobs: readonly StoredTrainingJob[];
  readonly attempts: readonly StoredAttempt[];
}> {
  // One snapshot, so that counters and rows belong together.
  return database.query
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (transaction) => {
      const wanted = ids && [...ids];
      const tuningJobs = await transaction
        .selectFrom('tuning_jobs')
        .selectAll()
        .where('ended_at', 'is', null)
        .$if(wanted !== undefined, (query) => query.where(sql<boolean>`id = ANY(${wanted}::uuid[])`))
        .orderBy('created_at')
        .execute();
      const isWanted = sql<boolean>`${wanted}::uuid[] && ARRAY[training_jobs.id, tuning_job_id, parent_id]`;
      const trainingJobs = await transaction
        .selectFrom('training_jobs')
        .selectAll()
        .where('ended_at', 'is', null)
        .$if(wanted !== undefined, (query) => query.where(isWanted))
        .orderBy('created_at')
        .execute();
      const attempts = await transaction
        .selectFrom('attempts')
        .innerJoin('training_jobs', (join) =>
          join
            .onRef('training_jobs.id', '=', 'attempts.training_job_id')
            .onRef('training_jobs.fence', '=', 'attempts.fence'),
        )
        .where('training_jobs.ended_at', 'is', null)
        .$if(wanted !== undefined, (query) => query.where(isWanted))
        .selectAll('attempts')
        .execute();
      return { tuningJobs, trainingJobs, attempts };
    });
}

/** What a view of a tuned training job takes from its tuning job. */
export type TuningJobOfTrainingJob = Pick<StoredTuningJob, 'id' | 'name' | 'spec' | 'origin' | 'tags'>;

export function findTuningJob(database: Database, tenant: string, name: string): Promise<StoredTuningJob | undefined> {
  return findByName<StoredTuningJob>(database, 'tuning_jobs', tenant, name);
}

export function findTrainingJob(
  database: Database,
  tenant: string,
  name: string,
): Promise<StoredTrainingJob | undefined> {
  return findByName<StoredTrainingJob>(database, 'training_jobs', tenant, name);
}

/** A training job, and in the same look its tuning job where it has one. */
export async function findTrainingJobWithTuningJob(
  database: Database,
  tenant: string,
  name: string,
): Promise<
  | {
      readonly row: StoredTrainingJob;
      readonly tuningJob?: TuningJobOfTrainingJob;
      readonly hasWarmPool: boolean;
    }
  | undefined
> {
  if (isNoText(name)) return undefined;
  const found = await database.pool.query<
    StoredTrainingJob & { of: TuningJobOfTrainingJob | null; has_warm_pool: boolean }
  >({
    name: 'find-training-job-with-tuning-job',
    text: `
      SELECT job.*, CASE WHEN of.id IS NOT NULL THEN json_build_object(
        'id', of.id, 'name', of.name, 'spec', of.spec, 'origin', of.origin, 'tags', of.tags
      ) END AS of, EXISTS (SELECT 1 FROM warm_pools WHERE training_job_id = job.id) AS has_warm_pool
      FROM training_jobs AS job LEFT JOIN tuning_jobs AS of ON of.id = job.tuning_job_id
      WHERE job.tenant = $1 AND job.name = $2 AND job.deleted_at IS NULL`,
    values: [tenant, name],
  });
  const [row] = found.rows;
  return row && { row, tuningJob: row.of ?? undefined, hasWarmPool: row.has_warm_pool };
}

export function findTuningJobsOfTrainingJobs(
  database: Database,
  ids: readonly string[],
): Promise<TuningJobOfTrainingJob[]> {
  return findByIds<TuningJobOfTrainingJob>(database, 'tuning_jobs', 'id, name, spec, origin, tags', ids);
}

export function findTrainingJobs(database: Database, ids: readonly string[]): Promise<StoredTrainingJob[]> {
  return findByIds<StoredTrainingJob>(database, 'training_jobs', '*', ids);
}

type JobTableName = 'tuning_jobs' | 'training_jobs';

async function findByName<Row extends object>(
  { pool }: Database,
  table: JobTableName,
  tenant: string,
  name: string,
): Promise<Row | undefined> {
  if (isNoText(name)) return undefined;
  const found = await pool.query<Row>({
    name: `find-by-name ${table}`,
    text: `SELECT * FROM ${table} WHERE tenant = $1 AND name = $2 AND deleted_at IS NULL`,
    values: [tenant, name],
  });
  return found.rows[0];
}

/** PostgreSQL has no text with a NUL in it, and fails where it is asked for some. */
export function isNoText(text: string): boolean {
  return text.includes('\0');
}

async function findByIds<Row extends object>(
  { pool }: Database,
  table: JobTableName,
  columns: string,
  ids: readonly string[],
): Promise<Row[]> {
  if (ids.length === 0) return [];
  const found = await pool.query<Row>({
    name: `find-by-ids ${table}`,
    text: `SELECT ${columns} FROM ${table} WHERE id = ANY($1::uuid[])`,
    values: [ids],
  });
  return found.rows;
}

/** All attempts of a training job, oldest first. */
export async function listAttempts(database: Database, trainingJobId: string): Promise<StoredAttempt[]> {
  return database.query
    .selectFrom('attempts')
    .selectAll()
    .where('training_job_id', '=', trainingJobId)
    .orderBy('fence')
    .execute();
}

export async function listMetricPoints(
  database: Database,
  trainingJobId: string,
  fence: number,
): Promise<StoredMetricPoint[]> {
  return database.query
    .selectFrom('metric_points')
    .selectAll()
    .where('training_job_id', '=', trainingJobId)
    .where('fence', '=', fence)
    .orderBy('name')
    .orderBy('step')
    .execute();
}

/** How many attempts each agent runs now. */
export async function countLeases(
  database: Database,
): Promise<Pick<AttemptRow, 'training_job_id' | 'fence' | 'agent_id'>[]> {
  return database.query
    .selectFrom('attempts')
    .select(['training_job_id', 'fence', 'agent_id'])
    .where('state', '=', 'Leased')
    .execute();
}

export async function ping(database: Database): Promise<void> {
  await sql`SELECT 1`.execute(database.query);
}
