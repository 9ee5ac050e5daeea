import type { TrainingJobSummary } from '@fleetune/api/contract';
import type { Configuration } from '@fleetune/domain';
import type { SeenTrial } from '@fleetune/search/landscape';
import type { ShownRange } from '../axis.js';

/** What the worker is asked: to fit the model, and where to look at it. */
export interface LandscapeQuestion {
  readonly ranges: readonly ShownRange[];
  readonly trials: readonly SeenTrial[];
  /** Slices and contour pass through this configuration. */
  readonly at: Configuration;
  /** Names of the two hyperparameters of the contour. */
  readonly pair: readonly [x: string, y: string] | undefined;
}

/** A model of fewer training jobs says little. */
export const FEWEST_TRIALS = 8;
/** Of more, an even sample and the best say the same. */
const MOST_TRIALS = 600;

/** Undefined while there is too little to ask about. */
export function landscapeQuestion(
  ranges: readonly ShownRange[],
  trainingJobs: readonly TrainingJobSummary[],
  best: Configuration | undefined,
  pair: LandscapeQuestion['pair'],
): LandscapeQuestion | undefined {
  const trials = trainingJobs.flatMap(({ status, objectiveValue, configuration }): SeenTrial[] => {
    const whole = ranges.every(({ name }) => configuration[name] !== undefined);
    if (status !== 'Completed' || !whole || objectiveValue === undefined || !Number.isFinite(objectiveValue)) return [];
    return [{ configuration, objective: objectiveValue }];
  });
  if (best === undefined || ranges.length === 0 || trials.length < FEWEST_TRIALS) return undefined;
  if (ranges.some(({ name }) => best[name] === undefined)) return undefined;
  const step = Math.max(1, trials.length / MOST_TRIALS);
  const sample = Array.from({ length: Math.ceil(trials.length / step) }, (_, at) => trials[Math.floor(at * step)]);
  return { ranges, trials: sample.filter((trial) => trial !== undefined), at: best, pair };
}
