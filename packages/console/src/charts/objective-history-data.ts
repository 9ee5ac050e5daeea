import type { TrainingJobSummary, TuningJob } from '@fleetune/api/contract';
import { isBetter } from '@fleetune/domain';

export type HistoryAxis = 'time' | 'number';

interface ObjectivePoint {
  readonly job: TrainingJobSummary;
  /** Seconds since the tuning job's creation, or the training job's number from 1. */
  readonly x: number;
  readonly objective: number;
}

export interface ObjectiveHistory {
  /** Every training job with an objective, in the order of x. */
  readonly points: readonly ObjectivePoint[];
  /** Where the best so far changed. */
  readonly best: readonly ObjectivePoint[];
}

/** How the objective went, and how the best of it did. */
export function objectiveHistory(
  job: TuningJob,
  trainingJobs: readonly TrainingJobSummary[],
  axis: HistoryAxis,
): ObjectiveHistory {
  const points = trainingJobs.flatMap((one): ObjectivePoint[] => {
    if (one.objectiveValue === undefined || !Number.isFinite(one.objectiveValue)) return [];
    const endMs = one.trainingEndTimeMs ?? one.lastModifiedTimeMs;
    const x = axis === 'number' ? one.index + 1 : (endMs - job.creationTimeMs) / 1000;
    return [{ job: one, x, objective: one.objectiveValue }];
  });
  points.sort((a, b) => a.x - b.x);
  const best: ObjectivePoint[] = [];
  for (const point of points) {
    if (point.job.status !== 'Completed') continue;
    if (isBetter(job.objective.type, point.objective, best.at(-1)?.objective)) best.push(point);
  }
  return { points, best };
}
