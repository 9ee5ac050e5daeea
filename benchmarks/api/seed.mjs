import pg from 'pg';

const TENANTS = ['default', 'default', 'default', 'default', 'default', 'default', 'red', 'green', 'blue', 'amber'];
/** Training jobs of each tuning job; as many again stand alone as half of the tuned ones. */
const JOBS_PER_TUNING_JOB = 1_000;

/**
 * Fills the store with ended jobs that look like those two, six of ten of the tenant "default": two thirds tuned, one
 * third alone, with attempts and an objective.
 *
 * @param {string} databaseUrl
 * @param {number} count of training jobs
 * @param {{ trainingJob: string, tuningJob: string }} prototypes names of two jobs that are there
 */
export async function seedJobs(databaseUrl, count, prototypes) {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    return await seed(client, count, prototypes);
  } finally {
    await client.end();
  }
}

async function seed(client, count, prototypes) {
  await client.query("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'");
  const tuningJobs = Math.round((count * 2) / 3 / JOBS_PER_TUNING_JOB);
  const tuned = tuningJobs * JOBS_PER_TUNING_JOB;
  const tenants = `(ARRAY[${TENANTS.map((tenant) => `'${tenant}'`)}])`;
  // Built again in one go at the end, as a restore would; the scheduler goes on looking for live jobs meanwhile.
  const { rows: indexes } = await client.query(
    `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'training_jobs' AND indexname <> 'training_jobs_live'
     AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)`,
  );
  for (const { indexname } of indexes) await client.query(`DROP INDEX ${indexname}`);
  await client.query(
    `INSERT INTO tuning_jobs (id, tenant, name, spec, origin, tags, status, max_training_jobs,
       max_parallel_training_jobs, launched, completed, objective_succeeded, created_at, last_modified_at, ended_at)
     SELECT gen_random_uuid(), ${tenants}[1 + n % 10], 'sweep-' || n, spec, origin, '{"team": "bench"}', 'Completed', $2::integer, 10,
       $2::integer, $2::integer, $2::integer, now() - n * interval '20 minutes', now() - n * interval '20 minutes' + interval '1 hour',
       now() - n * interval '20 minutes' + interval '1 hour'
     FROM tuning_jobs, generate_series(1, $3::integer) AS n WHERE name = $1`,
    [prototypes.tuningJob, JOBS_PER_TUNING_JOB, tuningJobs],
  );
  await client.query(
    `INSERT INTO training_jobs (id, tenant, name, tuning_job_id, tuning_index, definition, configuration, status,
       secondary_status, transitions, fence, instance_type, internal_errors, interruptions, losses, training_started_at,
       training_ended_at, training_ms, startup_ms, final_metrics, objective, model_artifact_uri, created_at,
       last_modified_at, ended_at)
     SELECT gen_random_uuid(), of.tenant, of.name || '-' || lpad(n::text, 4, '0') || '-' || substr(md5(of.name || n), 1, 8), of.id, n, 0,
       jsonb_build_object('learning_rate', random(), 'momentum', random()),
       job.status, job.status, made.transitions, 1, 'ml.m5.large', 0, 0, 0, at + interval '1 second', at + interval '61 seconds', 60000,
       42.5, jsonb_build_array(jsonb_build_object('name', 'loss', 'value', (random())::text, 'timestampMs', 1790000000000)),
       CASE WHEN job.status = 'Completed' THEN random() END, 's3://fleetune/output/' || of.name, at, at + interval '62 seconds',
       at + interval '62 seconds'
     FROM tuning_jobs AS of, generate_series(0, $1::integer - 1) AS n,
       LATERAL (SELECT of.created_at + n * interval '3 seconds' AS at,
         CASE WHEN n % 50 = 0 THEN 'Failed' WHEN n % 31 = 0 THEN 'Stopped' ELSE 'Completed' END AS status) AS job,
       LATERAL (SELECT jsonb_agg(jsonb_build_object('status', phase, 'startTimeMs', 1790000000000 + place * 1000,
         'endTimeMs', 1790000000000 + place * 1000 + 900, 'statusMessage', phase || ' the training job')) AS transitions
         FROM unnest(ARRAY['Pending', 'Starting', 'Downloading', 'Training', 'Uploading', 'Completed'])
         WITH ORDINALITY AS phases (phase, place)) AS made
     WHERE of.name LIKE 'sweep-%'`,
    [JOBS_PER_TUNING_JOB],
  );
  await client.query(
    `INSERT INTO training_jobs (id, tenant, name, spec, origin, tags, status, secondary_status, transitions, fence,
       instance_type, internal_errors, interruptions, losses, training_started_at, training_ended_at, training_ms, startup_ms,
       final_metrics, model_artifact_uri, created_at, last_modified_at, ended_at)
     SELECT gen_random_uuid(), ${tenants}[1 + n % 10], 'train-' || substr(md5(n::text), 1, 12) || '-' || n, one.spec, one.origin,
       '{"team": "bench"}', CASE WHEN n % 40 = 0 THEN 'Failed' ELSE 'Completed' END, 'Completed', one.transitions, 1,
       'ml.m5.large', 0, 0, 0, at, at + interval '1 minute', 60000, 42.5, '[]', 's3://fleetune/output/alone', at,
       at + interval '1 minute', at + interval '1 minute'
     FROM training_jobs AS one, generate_series(1, $2::integer) AS n, LATERAL (SELECT now() - n * interval '41 seconds' AS at) AS job
     WHERE one.name = $1`,
    [prototypes.trainingJob, count - tuned],
  );
  await client.query(
    `INSERT INTO attempts (training_job_id, fence, instance_index, instance_class, state, agent_id, queued_at, leased_at,
       ended_at, outcome)
     SELECT id, 1, 0, 'ml.m5.large', 'Ended', 'seed', created_at, created_at, ended_at, '{"kind": "Succeeded"}'
     FROM training_jobs WHERE ended_at IS NOT NULL ON CONFLICT DO NOTHING`,
  );
  await client.query(
    `UPDATE tuning_jobs SET best_training_job_id = best.id, best_objective = best.objective
     FROM (SELECT DISTINCT ON (tuning_job_id) id, tuning_job_id, objective FROM training_jobs
       WHERE objective IS NOT NULL AND tuning_job_id IS NOT NULL ORDER BY tuning_job_id, objective) AS best
     WHERE best.tuning_job_id = tuning_jobs.id AND tuning_jobs.name LIKE 'sweep-%'`,
  );
  for (const { indexdef } of indexes) await client.query(indexdef);
  await client.query('VACUUM ANALYZE training_jobs, tuning_jobs, attempts');
  const names = async (table) =>
    (
      await client.query(
        `SELECT name FROM ${table} WHERE tenant = 'default' AND ended_at IS NOT NULL ORDER BY md5(name) LIMIT 4000`,
      )
    ).rows.map((row) => row.name);
  const found = { trainingJobs: await names('training_jobs'), tuningJobs: await names('tuning_jobs') };
  const counted = await client.query('SELECT count(*)::integer AS jobs FROM training_jobs');
  return { ...found, count: counted.rows[0].jobs };
}
