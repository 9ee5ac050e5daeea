import type { TrainingJobSummary, TuningJob } from '@fleetune/api/contract';
import { bestSoFar } from '../best-so-far.js';
import { tunedNames } from '../render/numbers.js';
import { type Axis, type Chart, NothingToDrawError, type Point } from './chart.js';

/**
 * The objective of every training job by its number, and the best so far.
 *
 * @throws NothingToDrawError
 */
export function progressChart(job: TuningJob, trainingJobs: readonly TrainingJobSummary[]): Chart {
  const points = trainingJobs.flatMap((training) => pointOf(training, training.index + 1));
  if (points.length === 0) throw nothingYet(job);
  const best = bestSoFar(job.objective.type, trainingJobs);
  return {
    title: `${job.name}: ${job.objective.metric} by training job`,
    x: { label: 'training job', scale: 'linear' },
    y: { label: job.objective.metric, scale: 'linear' },
    series: [
      {
        name: 'best so far',
        kind: 'line',
        points: points.map(([number, value], at): Point => [number, best[at] ?? value]),
      },
      { name: 'training job', kind: 'points', points },
    ],
  };
}

/**
 * The objective of every training job by one of its hyperparameters.
 *
 * @throws NothingToDrawError
 */
export function sliceChart(job: TuningJob, trainingJobs: readonly TrainingJobSummary[], parameter: string): Chart {
  const range = job.definitions.flatMap(({ ranges }) => ranges).find(({ name }) => name === parameter);
  if (range === undefined) {
    throw new NothingToDrawError(`${job.name} does not tune "${parameter}"; it tunes ${tunedNames(job).join(', ')}.`);
  }
  const categories = range.kind === 'categorical' ? (range.values ?? []) : undefined;
  const points = trainingJobs.flatMap((training) => {
    const value = training.configuration[parameter];
    const x = categories === undefined ? value : categories.indexOf(String(value));
    return typeof x === 'number' && x !== -1 ? pointOf(training, x) : [];
  });
  if (points.length === 0) throw nothingYet(job);
  const scale: Axis['scale'] = range.kind !== 'categorical' && isLogarithmic(range) ? 'logarithmic' : 'linear';
  return {
    title: `${job.name}: ${job.objective.metric} by ${parameter}`,
    x: { label: parameter, scale, ...(categories === undefined ? {} : { categories }) },
    y: { label: job.objective.metric, scale: 'linear' },
    series: [{ name: 'training job', kind: 'points', points }],
  };
}

/** As `Auto` is understood: logarithmic from two decades on. */
function isLogarithmic({ scaling, min = 0, max = 0 }: { scaling?: string; min?: number; max?: number }): boolean {
  return scaling === 'Logarithmic' || (scaling === 'Auto' && min > 0 && max / min >= 100);
}

function pointOf({ objectiveValue }: TrainingJobSummary, x: number): Point[] {
  return typeof objectiveValue === 'number' && Number.isFinite(objectiveValue) ? [[x, objectiveValue]] : [];
}

function nothingYet(job: TuningJob): NothingToDrawError {
  return new NothingToDrawError(`No training job of ${job.name} has given a value of ${job.objective.metric} yet.`);
}
