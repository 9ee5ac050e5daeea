import { type Kysely, sql } from 'kysely';

/** What is billed of a training job's time: less than all of it where spot machines served. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE training_jobs ADD COLUMN billable_ms bigint NOT NULL DEFAULT 0`.execute(db);
  await sql`UPDATE training_jobs SET billable_ms = training_ms WHERE training_ms > 0`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE training_jobs DROP COLUMN billable_ms`.execute(db);
}
