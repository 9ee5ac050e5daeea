import type { TrainingJobSummary } from '@fleetune/api/contract';
import { parameterScale, type ShownRange } from '../axis.js';

interface Feature {
  readonly name: string;
  /** Categories have no order. */
  readonly categorical: boolean;
  /** A value for each row, on the scale that the search walks; places of categories. */
  readonly values: Float64Array;
}

export interface FeatureMatrix {
  readonly features: readonly Feature[];
  /** The rank of each row's objective, from 0 to 1: one diverged training must not outshout all others. */
  readonly target: Float64Array;
}

/** Beyond this many training jobs an even sample of them says the same. */
const MAX_ROWS = 1000;

/** Completed training jobs that have a value for every range, as numbers. */
export function featureMatrix(
  ranges: readonly ShownRange[],
  trainingJobs: readonly TrainingJobSummary[],
): FeatureMatrix {
  const scales = ranges.map((range) => ({ range, scale: parameterScale(range) }));
  const rows = trainingJobs.flatMap((job) => {
    const objective = job.objectiveValue;
    if (job.status !== 'Completed' || objective === undefined || !Number.isFinite(objective)) return [];
    const places = scales.map(({ range, scale }) => {
      const place = scale.place(job.configuration[range.name]);
      const logarithmic = scale.kind === 'log' || scale.kind === 'reverseLog';
      return place !== undefined && logarithmic ? Math.log(place) : place;
    });
    const whole = places.every((place): place is number => place !== undefined);
    return whole ? [{ objective, places: places as number[] }] : [];
  });
  const sample = evenSample(rows, MAX_ROWS);
  return {
    features: scales.map(({ range, scale }, at) => ({
      name: range.name,
      categorical: scale.kind === 'category',
      values: Float64Array.from(sample, (row) => row.places[at] ?? 0),
    })),
    target: ranks(sample.map((row) => row.objective)),
  };
}

function evenSample<Row>(rows: readonly Row[], count: number): readonly Row[] {
  if (rows.length <= count) return rows;
  return Array.from({ length: count }, (_, at) => rows[Math.floor((at * rows.length) / count)] as Row);
}

/** Equal values share the middle of their ranks. */
function ranks(values: readonly number[]): Float64Array {
  const order = values.map((_, at) => at).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const result = new Float64Array(values.length);
  const scale = 1 / Math.max(1, values.length - 1);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] ?? 0] === values[order[from] ?? 0]) to += 1;
    for (let at = from; at <= to; at += 1) result[order[at] ?? 0] = ((from + to) / 2) * scale;
    from = to + 1;
  }
  return result;
}
