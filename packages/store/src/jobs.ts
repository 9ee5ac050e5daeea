import { type Selectable, sql } from 'kysely';
import type { AttemptRow } from './commit.js';
import type { Database } from './database.js';
import type { AttemptTable, MetricPointTable, TrainingJobTable, TuningJobTable } from './schema.js';

export type StoredTuningJob = Selectable<TuningJobTable>;
export type StoredTrainingJob = Selectable<TrainingJobTable>;
export type StoredAttempt = Selectable<AttemptTable>;
export type StoredMetricPoint = Selectable<MetricPointTable>;

/** PostgreSQL's code for a broken unique constraint. */
const UNIQUE_VIOLATION = '23505';

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
  return unlessTaken(
    database.query
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
      .execute(),
  );
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
  return unlessTaken(
    database.query
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
      .execute(),
  );
}

async function unlessTaken(insert: Promise<unknown>): Promise<boolean> {
  try {
    await insert;
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION) return false;
    throw error;
  }
}

/** Which jobs have not ended, tuned training jobs aside, and which of them somebody wants stopped. */
export async function listLiveJobs(database: Database) {
  const columns = ['id', 'stop_requested_at'] as const;
  const [tuningJobs, trainingJobs] = await Promise.all([
    database.query.selectFrom('tuning_jobs').select(columns).where('ended_at', 'is', null).execute(),
    database.query
      .selectFrom('training_jobs')
      .select([...columns, 'tuning_job_id'])
      .where('ended_at', 'is', null)
      .where((where) => where.or([where('tuning_job_id', 'is', null), where('stop_requested_at', 'is not', null)]))
      .execute(),
  ]);
  return { tuningJobs, trainingJobs };
}

/** Everything that has not ended, with the newest attempt of each training job. */
export async function loadLiveJobs(database: Database): Promise<{
  readonly tuningJobs: readonly StoredTuningJob[];
  readonly trainingJobs: readonly StoredTrainingJob[];
  readonly attempts: readonly StoredAttempt[];
}> {
  // One snapshot, so that counters and rows belong together.
  return database.query
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (transaction) => {
      const tuningJobs = await transaction
        .selectFrom('tuning_jobs')
        .selectAll()
        .where('ended_at', 'is', null)
        .orderBy('created_at')
        .execute();
      const trainingJobs = await transaction
        .selectFrom('training_jobs')
        .selectAll()
        .where('ended_at', 'is', null)
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
        .selectAll('attempts')
        .execute();
      return { tuningJobs, trainingJobs, attempts };
    });
}

export async function findTuningJob(
  database: Database,
  tenant: string,
  name: string,
): Promise<StoredTuningJob | undefined> {
  return database.query
    .selectFrom('tuning_jobs')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
}

export async function findTuningJobs(database: Database, ids: readonly string[]): Promise<StoredTuningJob[]> {
  if (ids.length === 0) return [];
  return database.query
    .selectFrom('tuning_jobs')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
}

export async function findTrainingJob(
  database: Database,
  tenant: string,
  name: string,
): Promise<StoredTrainingJob | undefined> {
  return database.query
    .selectFrom('training_jobs')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
}

export async function findTrainingJobs(database: Database, ids: readonly string[]): Promise<StoredTrainingJob[]> {
  if (ids.length === 0) return [];
  return database.query
    .selectFrom('training_jobs')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
}

/** The past of a search: every suggestion that was launched, in order. */
export async function listTrials(database: Database, tuningJobId: string) {
  return database.query
    .selectFrom('training_jobs')
    .select(['tuning_index', 'definition', 'configuration', 'status', 'objective', 'ended_at'])
    .where('tuning_job_id', '=', tuningJobId)
    .orderBy('tuning_index')
    .execute();
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

/** The objective's values of every training job of a tuning job, from each one's newest attempt, in order. */
export async function listObjectiveCurves(database: Database, tuningJobId: string, metricName: string) {
  return database.query
    .selectFrom('metric_points')
    .innerJoin('training_jobs', (join) =>
      join
        .onRef('training_jobs.id', '=', 'metric_points.training_job_id')
        .onRef('training_jobs.fence', '=', 'metric_points.fence'),
    )
    .select(['training_jobs.id', 'training_jobs.ended_at', 'metric_points.step', 'metric_points.value'])
    .where('training_jobs.tuning_job_id', '=', tuningJobId)
    .where('metric_points.name', '=', metricName)
    .orderBy('training_jobs.tuning_index')
    .orderBy('metric_points.step')
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
