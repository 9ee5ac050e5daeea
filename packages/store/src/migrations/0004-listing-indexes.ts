import { type Kysely, sql } from 'kysely';

/**
 * An index for every order that jobs are listed in, whole with its tie-breakers, so that a page is read from the index
 * however many jobs there are.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['training_jobs', 'tuning_jobs']) {
    await sql.raw(`DROP INDEX ${table}_newest`).execute(db);
    await sql.raw(`CREATE INDEX ${table}_by_creation ON ${table} (tenant, created_at, id)`).execute(db);
    await sql.raw(`CREATE INDEX ${table}_by_change ON ${table} (tenant, last_modified_at, id)`).execute(db);
    await sql.raw(`CREATE INDEX ${table}_by_status ON ${table} (tenant, status, created_at, id)`).execute(db);
  }
  await sql`DROP INDEX training_jobs_by_objective`.execute(db);
  await sql`
    CREATE INDEX training_jobs_by_objective ON training_jobs (tuning_job_id, objective, id)
    WHERE objective IS NOT NULL`.execute(db);
  await sql`CREATE INDEX training_jobs_of_tuning_job ON training_jobs (tuning_job_id, name)`.execute(db);
  await sql`CREATE INDEX attempts_leased ON attempts (agent_id) WHERE state = 'Leased'`.execute(db);
  await indexPartsOfNames(db);
}

/** Servers without the extension, or whose role may not install it, look through names one by one. */
async function indexPartsOfNames(db: Kysely<unknown>): Promise<void> {
  await sql`
    DO $$ BEGIN
      CREATE EXTENSION IF NOT EXISTS pg_trgm;
      CREATE INDEX training_jobs_name_parts ON training_jobs USING gin (name gin_trgm_ops);
      CREATE INDEX tuning_jobs_name_parts ON tuning_jobs USING gin (name gin_trgm_ops);
    EXCEPTION WHEN OTHERS THEN
      RAISE WARNING 'Names of jobs are not indexed by their parts: %', SQLERRM;
    END $$`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`DROP INDEX IF EXISTS training_jobs_name_parts, tuning_jobs_name_parts`.execute(db);
  await sql`DROP INDEX attempts_leased, training_jobs_of_tuning_job, training_jobs_by_objective`.execute(db);
  await sql`
    CREATE INDEX training_jobs_by_objective ON training_jobs (tuning_job_id, objective)
    WHERE tuning_job_id IS NOT NULL`.execute(db);
  for (const table of ['training_jobs', 'tuning_jobs']) {
    await sql.raw(`DROP INDEX ${table}_by_creation, ${table}_by_change, ${table}_by_status`).execute(db);
    await sql.raw(`CREATE INDEX ${table}_newest ON ${table} (tenant, created_at DESC, id)`).execute(db);
  }
}
