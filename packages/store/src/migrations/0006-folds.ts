import { type Kysely, sql } from 'kysely';

/** Training jobs that are folds of another one, each fold once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE training_jobs
      ADD COLUMN parent_id uuid REFERENCES training_jobs (id) ON DELETE CASCADE,
      ADD COLUMN fold_position integer,
      ADD CONSTRAINT each_fold_once UNIQUE (parent_id, fold_position),
      ADD CONSTRAINT a_fold_has_a_parent CHECK ((parent_id IS NULL) = (fold_position IS NULL))`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE training_jobs DROP COLUMN parent_id, DROP COLUMN fold_position`.execute(db);
}
