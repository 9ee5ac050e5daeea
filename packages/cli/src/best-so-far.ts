import type { TrainingJobSummary } from '@fleetune/api/contract';
import { isBetter, type ObjectiveType } from '@fleetune/domain';

/** The best objective after each training job that has one, in the order of suggestion. */
export function bestSoFar(type: ObjectiveType, trainingJobs: readonly TrainingJobSummary[]): number[] {
  let best: number | undefined;
  return trainingJobs.flatMap(({ objectiveValue }) => {
    if (objectiveValue === undefined || !Number.isFinite(objectiveValue)) return [];
    if (isBetter(type, objectiveValue, best)) best = objectiveValue;
    return best === undefined ? [] : [best];
  });
}
