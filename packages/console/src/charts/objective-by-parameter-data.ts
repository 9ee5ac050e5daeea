import type { TrainingJobSummary } from '@fleetune/api/contract';
import { parameterScale, type ShownRange } from './axis.js';
import type { PlottedJob } from './points-by-status.js';

/** Every training job that has a value of the hyperparameter and an objective. */
export function objectiveByParameter(
  range: ShownRange,
  trainingJobs: readonly TrainingJobSummary[],
): readonly PlottedJob[] {
  const scale = parameterScale(range);
  return trainingJobs.flatMap((job): PlottedJob[] => {
    const x = scale.place(job.configuration[range.name]);
    const objective = job.objectiveValue;
    if (x === undefined || objective === undefined || !Number.isFinite(objective)) return [];
    return [{ job, x, objective }];
  });
}
