import type { TrainingJobSummary, TuningJob } from '@fleetune/api/contract';
import { type ParameterScale, parameterScale, type ShownRange } from './axis.js';

export interface ParallelDimension {
  readonly name: string;
  /** Undefined for the objective, which is the last dimension. */
  readonly range?: ShownRange;
  readonly scale?: ParameterScale;
}

export interface ParallelLine {
  readonly job: TrainingJobSummary;
  /** A place on each dimension. */
  readonly places: readonly number[];
}

export interface ParallelCoordinates {
  readonly dimensions: readonly ParallelDimension[];
  readonly lines: readonly ParallelLine[];
}

/** Brushed intervals by dimension; a line passes a dimension when it passes one of its intervals. */
export type Brushes = ReadonlyMap<number, readonly (readonly [number, number])[]>;

/** A line for each training job that has a value on every dimension. */
export function parallelCoordinates(job: TuningJob, trainingJobs: readonly TrainingJobSummary[]): ParallelCoordinates {
  const ranges = job.definitions[0]?.ranges ?? [];
  const dimensions: ParallelDimension[] = [
    ...ranges.map((range) => ({ name: range.name, range, scale: parameterScale(range) })),
    { name: job.objective.metric },
  ];
  const lines = trainingJobs.flatMap((one): ParallelLine[] => {
    const places = dimensions.map(({ name, scale }) =>
      scale === undefined ? one.objectiveValue : scale.place(one.configuration[name]),
    );
    const whole = places.every((place): place is number => place !== undefined && Number.isFinite(place));
    return whole ? [{ job: one, places: places as number[] }] : [];
  });
  return { dimensions, lines };
}

/** More lines than this are a blot, and slow to draw. */
const MOST_LINES = 1_500;

/**
 * The lines that are drawn, from the worst to the best, so that the best lies on top: all of them, or so many evenly over the
 * order of their objectives, the best among them.
 */
export function drawnLines(
  lines: readonly ParallelLine[],
  better: TuningJob['objective']['type'],
): readonly ParallelLine[] {
  const sign = better === 'Maximize' ? 1 : -1;
  const byWorth = [...lines].sort((a, b) => sign * ((a.places.at(-1) ?? 0) - (b.places.at(-1) ?? 0)));
  if (byWorth.length <= MOST_LINES) return byWorth;
  const step = (byWorth.length - 1) / (MOST_LINES - 1);
  return Array.from({ length: MOST_LINES }, (_, at) => byWorth[Math.round(at * step)] as ParallelLine);
}

/** Names of the training jobs whose lines pass all brushes; undefined while nothing is brushed. */
export function brushed(lines: readonly ParallelLine[], brushes: Brushes): ReadonlySet<string> | undefined {
  const active = [...brushes].filter(([, intervals]) => intervals.length > 0);
  if (active.length === 0) return undefined;
  const passes = (line: ParallelLine) =>
    active.every(([dimension, intervals]) => {
      const place = line.places[dimension];
      return place !== undefined && intervals.some(([from, to]) => place >= from && place <= to);
    });
  return new Set(lines.filter(passes).map((line) => line.job.name));
}
