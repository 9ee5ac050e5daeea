import { type Kysely, sql } from 'kysely';

/**
 * What became of the slot of a training job that asked for one to be kept, or ran in a kept one: a row of the training
 * job, so that it outlives the slot. One training job at a time is in a slot, or left it ready.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE warm_pools (
      training_job_id uuid PRIMARY KEY REFERENCES training_jobs (id) ON DELETE CASCADE,
      tenant text NOT NULL,
      fence integer NOT NULL,
      agent_id text NOT NULL,
      instance_class text NOT NULL,
      match jsonb NOT NULL,
      cluster_id uuid NOT NULL,
      born_at timestamptz NOT NULL,
      reuses integer NOT NULL,
      keep_alive_seconds integer NOT NULL,
      wanted_keep_alive_seconds integer,
      status text NOT NULL CHECK (status IN ('InUse', 'Available', 'Reused', 'Terminated')),
      available_at timestamptz,
      retained_ms bigint NOT NULL DEFAULT 0,
      reused_by text,
      end_reason text,
      ended_at timestamptz,
      CONSTRAINT reused_by_somebody CHECK ((status = 'Reused') = (reused_by IS NOT NULL)),
      CONSTRAINT available_since_then CHECK (status <> 'Available' OR available_at IS NOT NULL)
    )`.execute(db);
  await sql`CREATE INDEX warm_pools_by_status ON warm_pools (tenant, status)`.execute(db);
  await sql`CREATE INDEX warm_pools_available ON warm_pools (available_at) WHERE status = 'Available'`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`DROP TABLE warm_pools`.execute(db);
}
