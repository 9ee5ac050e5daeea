import type { TrainingJob, TuningJob } from '@fleetune/api/contract';

export interface FoldSpread {
  readonly job: TrainingJob;
  /** Mean of the folds' objectives. */
  readonly mean: number;
  /** Of the mean. */
  readonly standardError: number;
}

/** What follows the objective's name in the metric that tells how sure its mean is. */
const STANDARD_ERROR = ':standard_error';

/** How far the folds of a training job were apart; undefined where it is not cross-validated, or not yet. */
export function foldSpread(job: TrainingJob, { metric }: TuningJob['objective']): FoldSpread | undefined {
  const mean = job.tuning?.objectiveValue;
  const standardError = job.finalMetrics.find(({ name }) => name === `${metric}${STANDARD_ERROR}`)?.value;
  if (mean === undefined || standardError === undefined) return undefined;
  return Number.isFinite(mean) && Number.isFinite(standardError) ? { job, mean, standardError } : undefined;
}
