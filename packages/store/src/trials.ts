import type { Database } from './database.js';
import type { StoredTuningJob } from './jobs.js';

/*
 * The training jobs of a tuning job as the search and its early stopping see them. Deleted jobs count: what was tried was
 * tried.
 */

/** What became of each suggestion of a tuning job, by its index. */
export async function listTrials(database: Database, tuningJobId: string) {
  return database.query
    .selectFrom('training_jobs')
    .select(['tuning_index', 'definition', 'configuration', 'status', 'stop_reason', 'objective', 'final_metrics'])
    .where('tuning_job_id', '=', tuningJobId)
    .orderBy('tuning_index')
    .execute();
}

/** The objective's values of every training job of a tuning job, from each one's newest attempt, as they were reported. */
export async function listObjectivePoints(database: Database, tuningJobId: string, metricNames: readonly string[]) {
  return database.query
    .selectFrom('metric_points')
    .innerJoin('training_jobs', (join) =>
      join
        .onRef('training_jobs.id', '=', 'metric_points.training_job_id')
        .onRef('training_jobs.fence', '=', 'metric_points.fence'),
    )
    .select([
      'training_jobs.id',
      'training_jobs.tuning_index',
      'training_jobs.definition',
      'training_jobs.ended_at',
      'metric_points.name',
      'metric_points.step',
      'metric_points.value',
    ])
    .where('training_jobs.tuning_job_id', '=', tuningJobId)
    .where('metric_points.name', 'in', metricNames)
    .orderBy('metric_points.reported_at')
    .orderBy('training_jobs.tuning_index')
    .orderBy('metric_points.step')
    .execute();
}

/** Tuning jobs by name, in the order of `names`; names that the tenant never used are left out. */
export async function findWarmStartParents(
  database: Database,
  tenant: string,
  names: readonly string[],
): Promise<StoredTuningJob[]> {
  if (names.length === 0) return [];
  const rows = await database.query
    .selectFrom('tuning_jobs')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('name', 'in', names)
    .execute();
  return rows.sort((a, b) => names.indexOf(a.name) - names.indexOf(b.name));
}

/** How many epochs each suggestion of a tuning job reported in its newest attempt, by the suggestion's index. */
export async function countEpochs(
  database: Database,
  tuningJobId: string,
  metricNames: readonly string[],
): Promise<Map<number, number>> {
  const rows = await database.query
    .selectFrom('metric_points')
    .innerJoin('training_jobs', (join) =>
      join
        .onRef('training_jobs.id', '=', 'metric_points.training_job_id')
        .onRef('training_jobs.fence', '=', 'metric_points.fence'),
    )
    .select((select) => ['training_jobs.tuning_index', select.fn.max('metric_points.step').as('last_step')])
    .where('training_jobs.tuning_job_id', '=', tuningJobId)
    .where('metric_points.name', 'in', metricNames)
    .groupBy('training_jobs.tuning_index')
    .execute();
  return new Map(rows.map((row) => [row.tuning_index ?? 0, Number(row.last_step) + 1]));
}
