import { type Kysely, sql } from 'kysely';

/**
 * The system of record. Constraints repeat what the scheduler promises, so that a wrong program is refused here:
 * permits never exceed MaxParallel, launches never exceed MaxNumber, and every launched training job is counted once.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE scheduler_ownership (
      singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
      fence bigint NOT NULL
    )`.execute(db);
  await sql`INSERT INTO scheduler_ownership (fence) VALUES (0)`.execute(db);

  await sql`
    CREATE TABLE tuning_jobs (
      id uuid PRIMARY KEY,
      tenant text NOT NULL,
      name text NOT NULL,
      spec jsonb NOT NULL,
      origin jsonb NOT NULL,
      tags jsonb NOT NULL,
      status text NOT NULL CHECK (status IN ('InProgress', 'Stopping', 'Completed', 'Failed', 'Stopped')),
      completion_reason text,
      failure_reason text,
      max_training_jobs integer,
      max_parallel_training_jobs integer NOT NULL,
      launched integer NOT NULL DEFAULT 0,
      in_flight integer NOT NULL DEFAULT 0,
      completed integer NOT NULL DEFAULT 0,
      stopped integer NOT NULL DEFAULT 0,
      retryable_errors integer NOT NULL DEFAULT 0,
      non_retryable_errors integer NOT NULL DEFAULT 0,
      objective_succeeded integer NOT NULL DEFAULT 0,
      objective_failed integer NOT NULL DEFAULT 0,
      best_training_job_id uuid,
      best_objective double precision,
      not_improving integer NOT NULL DEFAULT 0,
      converged_at timestamptz,
      consumed_runtime_ms bigint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL,
      last_modified_at timestamptz NOT NULL,
      ended_at timestamptz,
      UNIQUE (tenant, name),
      CONSTRAINT permits_within_limit CHECK (in_flight BETWEEN 0 AND max_parallel_training_jobs),
      CONSTRAINT launches_within_limit CHECK (launched <= max_training_jobs),
      CONSTRAINT every_launch_counted_once CHECK (
        launched = in_flight + completed + stopped + retryable_errors + non_retryable_errors
      )
    )`.execute(db);
  await sql`CREATE INDEX tuning_jobs_newest ON tuning_jobs (tenant, created_at DESC, id)`.execute(db);
  await sql`CREATE INDEX tuning_jobs_live ON tuning_jobs (id) WHERE ended_at IS NULL`.execute(db);

  await sql`
    CREATE TABLE training_jobs (
      id uuid PRIMARY KEY,
      tenant text NOT NULL,
      name text NOT NULL,
      tuning_job_id uuid REFERENCES tuning_jobs (id),
      tuning_index integer,
      definition integer,
      configuration jsonb,
      spec jsonb,
      origin jsonb,
      tags jsonb,
      status text NOT NULL CHECK (status IN ('InProgress', 'Stopping', 'Completed', 'Failed', 'Stopped')),
      secondary_status text NOT NULL,
      transitions jsonb NOT NULL,
      failure_reason text,
      stop_reason text,
      fence integer NOT NULL,
      instance_type text,
      internal_errors integer NOT NULL,
      interruptions integer NOT NULL,
      losses integer NOT NULL,
      not_before timestamptz,
      training_started_at timestamptz,
      training_ended_at timestamptz,
      training_ms bigint NOT NULL,
      startup_ms double precision,
      final_metrics jsonb NOT NULL,
      objective double precision,
      model_artifact_uri text,
      created_at timestamptz NOT NULL,
      last_modified_at timestamptz NOT NULL,
      ended_at timestamptz,
      UNIQUE (tenant, name),
      UNIQUE (tuning_job_id, tuning_index)
    )`.execute(db);
  await sql`CREATE INDEX training_jobs_newest ON training_jobs (tenant, created_at DESC, id)`.execute(db);
  await sql`CREATE INDEX training_jobs_live ON training_jobs (id) WHERE ended_at IS NULL`.execute(db);
  await sql`
    CREATE INDEX training_jobs_by_objective ON training_jobs (tuning_job_id, objective)
    WHERE tuning_job_id IS NOT NULL`.execute(db);

  await sql`
    CREATE TABLE attempts (
      training_job_id uuid NOT NULL REFERENCES training_jobs (id) ON DELETE CASCADE,
      fence integer NOT NULL,
      instance_index integer NOT NULL,
      instance_class text NOT NULL,
      state text NOT NULL CHECK (state IN ('Queued', 'Leased', 'Ended')),
      agent_id text,
      queued_at timestamptz NOT NULL,
      leased_at timestamptz,
      ended_at timestamptz,
      outcome jsonb,
      PRIMARY KEY (training_job_id, fence)
    )`.execute(db);
  await sql`CREATE UNIQUE INDEX one_live_attempt ON attempts (training_job_id) WHERE state <> 'Ended'`.execute(db);

  await sql`
    CREATE TABLE metric_points (
      training_job_id uuid NOT NULL REFERENCES training_jobs (id) ON DELETE CASCADE,
      fence integer NOT NULL,
      name text NOT NULL,
      step integer NOT NULL,
      value double precision NOT NULL,
      reported_at timestamptz NOT NULL,
      PRIMARY KEY (training_job_id, fence, name, step)
    )`.execute(db);

  await sql`
    CREATE TABLE log_chunks (
      training_job_id uuid NOT NULL REFERENCES training_jobs (id) ON DELETE CASCADE,
      fence integer NOT NULL,
      byte_offset bigint NOT NULL,
      data bytea NOT NULL,
      written_at timestamptz NOT NULL,
      PRIMARY KEY (training_job_id, fence, byte_offset)
    )`.execute(db);

  await sql`
    CREATE TABLE agents (
      id text PRIMARY KEY,
      name text NOT NULL,
      credential_sha256 text NOT NULL UNIQUE,
      version text,
      host_name text,
      inventory jsonb,
      offered_classes jsonb,
      last_seen_at timestamptz,
      created_at timestamptz NOT NULL
    )`.execute(db);
  await sql`
    CREATE TABLE join_tokens (
      token_sha256 text PRIMARY KEY,
      reusable boolean NOT NULL,
      used_at timestamptz,
      created_at timestamptz NOT NULL
    )`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`
    DROP TABLE join_tokens, agents, log_chunks, metric_points, attempts, training_jobs, tuning_jobs, scheduler_ownership
  `.execute(db);
}
