import { isBetter, type TuningJobSpec } from '@fleetune/domain';
import type { TrainingJobView } from '@fleetune/scheduler';
import { type Database, findTrainingJobs, findWarmStartParents, type StoredTuningJob } from '@fleetune/store';
import { trainingJobView } from './views.js';

/**
 * The best training job of a tuning job and the parents it was warm-started with; undefined unless they measured the same
 * thing, or when none has a best.
 */
export async function overallBest(database: Database, row: StoredTuningJob): Promise<TrainingJobView | undefined> {
  const { warmStart, definitions } = row.spec as TuningJobSpec;
  if (warmStart?.type !== 'IdenticalDataAndAlgorithm') return undefined;
  const type = definitions[0]?.objective.type ?? 'Maximize';
  let winner: StoredTuningJob | undefined;
  for (const candidate of [row, ...(await findWarmStartParents(database, row.tenant, warmStart.parentNames))]) {
    const objective = candidate.best_objective;
    if (objective !== null && isBetter(type, objective, winner?.best_objective ?? undefined)) winner = candidate;
  }
  const [best] = await findTrainingJobs(database, winner?.best_training_job_id ? [winner.best_training_job_id] : []);
  return best === undefined ? undefined : trainingJobView(best, winner);
}
