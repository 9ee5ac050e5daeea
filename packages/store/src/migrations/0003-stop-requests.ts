import { type Kysely, sql } from 'kysely';

/** A request to stop is kept like the job itself: whichever server schedules finds it, also after a restart. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE tuning_jobs ADD COLUMN stop_requested_at timestamptz`.execute(db);
  await sql`ALTER TABLE training_jobs ADD COLUMN stop_requested_at timestamptz`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE training_jobs DROP COLUMN stop_requested_at`.execute(db);
  await sql`ALTER TABLE tuning_jobs DROP COLUMN stop_requested_at`.execute(db);
}
