import { type Kysely, sql } from 'kysely';

/**
 * Deleted jobs leave their row: names are never used again, a tuning job goes on counting what it launched, and its
 * search goes on knowing what was tried.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE tuning_jobs ADD COLUMN deleted_at timestamptz`.execute(db);
  await sql`ALTER TABLE training_jobs ADD COLUMN deleted_at timestamptz`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE training_jobs DROP COLUMN deleted_at`.execute(db);
  await sql`ALTER TABLE tuning_jobs DROP COLUMN deleted_at`.execute(db);
}
