import type pg from 'pg';
import type { Database } from './database.js';
import { upsertWarmPools, type WarmPoolRow } from './warm-pools.js';

/** Rows as the scheduler writes them; times are ISO 8601 texts. */
export interface TuningJobProgressRow {
  id: string;
  status: string;
  completion_reason: string | null;
  failure_reason: string | null;
  launched: number;
  in_flight: number;
  completed: number;
  stopped: number;
  retryable_errors: number;
  non_retryable_errors: number;
  objective_succeeded: number;
  objective_failed: number;
  best_training_job_id: string | null;
  best_objective: number | null;
  not_improving: number;
  converged_at: string | null;
  consumed_runtime_ms: number;
  last_modified_at: string;
  ended_at: string | null;
}

export interface TrainingJobRow {
  id: string;
  tenant: string;
  name: string;
  tuning_job_id: string | null;
  tuning_index: number | null;
  definition: number | null;
  configuration: unknown;
  /** Of a fold; what other training jobs run stands elsewhere. */
  spec: unknown;
  parent_id: string | null;
  fold_position: number | null;
  status: string;
  secondary_status: string;
  transitions: unknown;
  failure_reason: string | null;
  stop_reason: string | null;
  fence: number;
  instance_type: string | null;
  internal_errors: number;
  interruptions: number;
  losses: number;
  not_before: string | null;
  training_started_at: string | null;
  training_ended_at: string | null;
  training_ms: number;
  billable_ms: number;
  startup_ms: number | null;
  final_metrics: unknown;
  objective: number | null;
  model_artifact_uri: string | null;
  created_at: string;
  last_modified_at: string;
  ended_at: string | null;
}

export interface AttemptRow {
  training_job_id: string;
  fence: number;
  instance_index: number;
  instance_class: string;
  state: string;
  agent_id: string | null;
  queued_at: string;
  leased_at: string | null;
  ended_at: string | null;
  outcome: unknown;
}

export interface MetricPointRow {
  training_job_id: string;
  fence: number;
  name: string;
  step: number;
  /** Text, because JSON has no NaN. */
  value: string;
  reported_at: string;
}

export interface SchedulerRows {
  readonly tuningJobs: readonly TuningJobProgressRow[];
  readonly trainingJobs: readonly TrainingJobRow[];
  readonly attempts: readonly AttemptRow[];
  readonly metrics: readonly MetricPointRow[];
  readonly warmPools: readonly WarmPoolRow[];
}

/** The writer is no longer the owner, a row had already ended, or a row can never be written: nothing was written. */
export class StaleWriteError extends Error {
  override readonly name = 'StaleWriteError';
}

/** Writes all rows in one transaction, if `ownerFence` is still the newest. @throws StaleWriteError */
export async function commitRows(database: Database, ownerFence: number, rows: SchedulerRows): Promise<void> {
  const client = await database.pool.connect();
  let broken: unknown;
  try {
    await client.query('BEGIN');
    await requireOwnership(client, ownerFence);
    if (rows.tuningJobs.length > 0) await updateTuningJobs(client, rows.tuningJobs);
    if (rows.trainingJobs.length > 0) await upsertTrainingJobs(client, rows.trainingJobs);
    if (rows.attempts.length > 0) await upsertAttempts(client, rows.attempts);
    if (rows.metrics.length > 0) await insertMetrics(client, rows.metrics);
    if (rows.warmPools.length > 0) await upsertWarmPools(client, rows.warmPools);
    await client.query('COMMIT');
  } catch (thrown) {
    const error = isRefusal(thrown)
      ? new StaleWriteError(`PostgreSQL refuses a row: ${thrown.message}`, { cause: thrown })
      : thrown;
    await client.query('ROLLBACK').catch((rollbackError: unknown) => {
      broken = rollbackError;
    });
    throw error;
  } finally {
    client.release(broken !== undefined);
  }
}

/** Classes of SQLSTATE that say the rows are wrong, not the moment: trying again would change nothing. */
const REFUSALS = /^(21|22|23|42)/;

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && REFUSALS.test(String(error.code));
}

async function requireOwnership(client: pg.PoolClient, ownerFence: number): Promise<void> {
  const found = await client.query({
    name: 'require-ownership',
    text: 'SELECT 1 FROM scheduler_ownership WHERE fence = $1 FOR SHARE',
    values: [ownerFence],
  });
  if (found.rowCount !== 1) throw new StaleWriteError(`Scheduler fence ${ownerFence} is not the newest any more.`);
}

async function updateTuningJobs(client: pg.PoolClient, rows: readonly TuningJobProgressRow[]): Promise<void> {
  const result = await client.query({
    name: 'update-tuning-jobs',
    text: UPDATE_TUNING_JOBS,
    values: [jsonOf(rows)],
  });
  requireAll('tuning job', result.rowCount, rows.length);
}

async function upsertTrainingJobs(client: pg.PoolClient, rows: readonly TrainingJobRow[]): Promise<void> {
  const result = await client.query({
    name: 'upsert-training-jobs',
    text: UPSERT_TRAINING_JOBS,
    values: [jsonOf(rows)],
  });
  requireAll('training job', result.rowCount, rows.length);
}

async function upsertAttempts(client: pg.PoolClient, rows: readonly AttemptRow[]): Promise<void> {
  await client.query({ name: 'upsert-attempts', text: UPSERT_ATTEMPTS, values: [jsonOf(rows)] });
}

async function insertMetrics(client: pg.PoolClient, rows: readonly MetricPointRow[]): Promise<void> {
  await client.query({ name: 'insert-metrics', text: INSERT_METRICS, values: [jsonOf(rows)] });
}

/** jsonb refuses the character NUL and halves of surrogate pairs; programs write both into their failure texts. */
function jsonOf(rows: readonly unknown[]): string {
  return JSON.stringify(rows, (_name, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value,
  );
}

function requireAll(kind: string, written: number | null, expected: number): void {
  if (written === expected) return;
  throw new StaleWriteError(`${expected - (written ?? 0)} of ${expected} ${kind} rows had already ended in the store.`);
}

const UPDATE_TUNING_JOBS = `
  UPDATE tuning_jobs AS job SET
    status = r.status, completion_reason = r.completion_reason, failure_reason = r.failure_reason,
    launched = r.launched, in_flight = r.in_flight, completed = r.completed, stopped = r.stopped,
    retryable_errors = r.retryable_errors, non_retryable_errors = r.non_retryable_errors,
    objective_succeeded = r.objective_succeeded, objective_failed = r.objective_failed,
    best_training_job_id = r.best_training_job_id, best_objective = r.best_objective,
    not_improving = r.not_improving, converged_at = r.converged_at, consumed_runtime_ms = r.consumed_runtime_ms,
    last_modified_at = r.last_modified_at, ended_at = r.ended_at
  FROM jsonb_to_recordset($1::jsonb) AS r (
    id uuid, status text, completion_reason text, failure_reason text, launched integer, in_flight integer,
    completed integer, stopped integer, retryable_errors integer, non_retryable_errors integer,
    objective_succeeded integer, objective_failed integer, best_training_job_id uuid, best_objective double precision,
    not_improving integer, converged_at timestamptz, consumed_runtime_ms bigint, last_modified_at timestamptz,
    ended_at timestamptz
  )
  WHERE job.id = r.id AND job.ended_at IS NULL`;

const UPSERT_TRAINING_JOBS = `
  INSERT INTO training_jobs AS job (
    id, tenant, name, tuning_job_id, tuning_index, definition, configuration, spec, parent_id, fold_position, status,
    secondary_status, transitions,
    failure_reason, stop_reason, fence, instance_type, internal_errors, interruptions, losses, not_before,
    training_started_at, training_ended_at, training_ms, billable_ms, startup_ms, final_metrics, objective, model_artifact_uri,
    created_at, last_modified_at, ended_at
  )
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (
    id uuid, tenant text, name text, tuning_job_id uuid, tuning_index integer, definition integer, configuration jsonb,
    spec jsonb, parent_id uuid, fold_position integer, status text, secondary_status text, transitions jsonb, failure_reason text, stop_reason text, fence integer,
    instance_type text, internal_errors integer, interruptions integer, losses integer, not_before timestamptz,
    training_started_at timestamptz, training_ended_at timestamptz, training_ms bigint, billable_ms bigint,
    startup_ms double precision,
    final_metrics jsonb, objective double precision, model_artifact_uri text, created_at timestamptz,
    last_modified_at timestamptz, ended_at timestamptz
  )
  ON CONFLICT (id) DO UPDATE SET
    status = excluded.status, secondary_status = excluded.secondary_status, transitions = excluded.transitions,
    failure_reason = excluded.failure_reason, stop_reason = excluded.stop_reason, fence = excluded.fence,
    instance_type = excluded.instance_type, internal_errors = excluded.internal_errors,
    interruptions = excluded.interruptions, losses = excluded.losses, not_before = excluded.not_before,
    training_started_at = excluded.training_started_at, training_ended_at = excluded.training_ended_at,
    training_ms = excluded.training_ms, billable_ms = excluded.billable_ms, startup_ms = excluded.startup_ms, final_metrics = excluded.final_metrics,
    objective = excluded.objective, model_artifact_uri = excluded.model_artifact_uri,
    last_modified_at = excluded.last_modified_at, ended_at = excluded.ended_at
  WHERE job.ended_at IS NULL AND job.fence <= excluded.fence`;

const UPSERT_ATTEMPTS = `
  INSERT INTO attempts AS attempt (
    training_job_id, fence, instance_index, instance_class, state, agent_id, queued_at, leased_at, ended_at, outcome
  )
  SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (
    training_job_id uuid, fence integer, instance_index integer, instance_class text, state text, agent_id text,
    queued_at timestamptz, leased_at timestamptz, ended_at timestamptz, outcome jsonb
  ) ORDER BY fence
  ON CONFLICT (training_job_id, fence) DO UPDATE SET
    state = excluded.state, agent_id = excluded.agent_id, leased_at = excluded.leased_at, ended_at = excluded.ended_at,
    outcome = excluded.outcome
  WHERE attempt.state <> 'Ended'`;

const INSERT_METRICS = `
  INSERT INTO metric_points (training_job_id, fence, name, step, value, reported_at)
  SELECT training_job_id, fence, name, step, value::double precision, reported_at
  FROM jsonb_to_recordset($1::jsonb) AS r (
    training_job_id uuid, fence integer, name text, step integer, value text, reported_at timestamptz
  )
  ON CONFLICT (training_job_id, fence, name, step) DO NOTHING`;
