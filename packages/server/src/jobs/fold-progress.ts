import type { SecondaryStatusTransition, StopReason, TrainingJobStatus, TuningJobSpec } from '@fleetune/domain';
import { countFailedFold, type FoldProgress, newFoldProgress, type TrainingJobState } from '@fleetune/scheduler';
import { type Database, listFolds, type StoredTrainingJob, type StoredTuningJob } from '@fleetune/store';
import { finalMetrics } from './rows.js';

/** What the folds of live training jobs have given, by training job; only those are in it that are cross-validated. */
export async function foldProgress(
  database: Database,
  trainingJobs: readonly StoredTrainingJob[],
  specs: ReadonlyMap<string, TuningJobSpec>,
): Promise<Map<string, FoldProgress>> {
  const progress = new Map<string, FoldProgress>();
  for (const row of trainingJobs) {
    const plan = specs.get(row.tuning_job_id ?? '')?.crossValidation;
    if (plan !== undefined) progress.set(row.id, newFoldProgress(plan));
  }
  const isInProgress = new Set(trainingJobs.filter(({ status }) => status === 'InProgress').map(({ id }) => id));
  // Those that were stopped because one failed come after it, so that the reason is that one's.
  const folds = await listFolds(database, [...progress.keys()]);
  const abandoned = (fold: StoredTrainingJob) => Number((fold.stop_reason as StopReason | null) === 'FoldsAbandoned');
  for (const fold of folds.sort((one, other) => abandoned(one) - abandoned(other))) {
    const parent = progress.get(fold.parent_id ?? '');
    if (parent === undefined) continue;
    parent.launched += 1;
    if (fold.ended_at === null) parent.running.add(fold.id);
    else if (fold.status === 'Completed') parent.results.set(fold.fold_position ?? 0, finalMetrics(fold));
    else if (isInProgress.has(fold.parent_id ?? '')) countFailedFold(parent, asEnded(fold), 'nonRetryable');
  }
  return progress;
}

/** As the scheduler saw it when it ended. Whose fault it was is not kept: the program's, as far as can be told. */
function asEnded(fold: StoredTrainingJob) {
  return {
    name: fold.name,
    status: fold.status as TrainingJobStatus,
    failureReason: fold.failure_reason ?? undefined,
    transitions: fold.transitions as SecondaryStatusTransition[],
  };
}

/** Objectives of the folds of a tuning job's best training job, where it is cross-validated. */
export async function foldsOfBest(
  database: Database,
  { spec, best_training_job_id: best }: StoredTuningJob,
): Promise<readonly number[] | undefined> {
  if ((spec as TuningJobSpec).crossValidation === undefined || best === null) return undefined;
  return (await listFolds(database, [best])).flatMap(({ objective }) => objective ?? []);
}

/** Which fold of which training job a row is; undefined for one that is none. */
export function foldOf(
  row: StoredTrainingJob,
  parents: ReadonlyMap<string, StoredTrainingJob>,
): TrainingJobState['fold'] {
  if (row.parent_id === null) return undefined;
  const tuningJobId = parents.get(row.parent_id)?.tuning_job_id ?? '';
  return { parentId: row.parent_id, tuningJobId, position: row.fold_position ?? 0 };
}
