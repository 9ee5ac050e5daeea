import type { TrainingJobSummary } from '@fleetune/api/contract';

export interface DensityPoint {
  readonly value: number;
  readonly density: number;
}

const GRID_POINTS = 200;
/** More values than this are counted by so many places first: the picture is the same, and the page stays quick. */
const MOST_MASSES = 600;

/** The finite objectives of the training jobs, ascending. */
export function finiteObjectives(trainingJobs: readonly TrainingJobSummary[]): number[] {
  return trainingJobs
    .flatMap(({ objectiveValue }) =>
      objectiveValue !== undefined && Number.isFinite(objectiveValue) ? [objectiveValue] : [],
    )
    .sort((a, b) => a - b);
}

/**
 * Gaussian kernel density estimate with the bandwidth of Silverman's rule (Silverman 1986, equation 3.31).
 *
 * @param sorted values, ascending. @returns points on an even grid; none for fewer than two different values.
 */
export function kernelDensity(sorted: readonly number[]): DensityPoint[] {
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined || first === last) return [];
  const bandwidth = silverman(sorted);
  const from = first - 3 * bandwidth;
  const step = (last + 3 * bandwidth - from) / (GRID_POINTS - 1);
  const scale = 1 / (sorted.length * bandwidth * Math.sqrt(2 * Math.PI));
  const masses =
    sorted.length > MOST_MASSES ? binned(sorted, first, last) : sorted.map((value) => ({ value, count: 1 }));
  return Array.from({ length: GRID_POINTS }, (_, place) => {
    const value = from + place * step;
    let sum = 0;
    for (const mass of masses) sum += mass.count * Math.exp(-0.5 * ((value - mass.value) / bandwidth) ** 2);
    return { value, density: scale * sum };
  });
}

/** Each value shared out between the two nearest of many places (linear binning, Wand 1994). */
function binned(values: readonly number[], first: number, last: number) {
  const width = (last - first) / (MOST_MASSES - 1);
  const counts = new Float64Array(MOST_MASSES + 1);
  for (const value of values) {
    const place = (value - first) / width;
    const low = Math.min(MOST_MASSES - 1, Math.floor(place));
    counts[low] = (counts[low] ?? 0) + 1 - (place - low);
    counts[low + 1] = (counts[low + 1] ?? 0) + place - low;
  }
  return Array.from(counts, (count, place) => ({ value: first + place * width, count })).filter(
    ({ count }) => count > 0,
  );
}

/** 0.9 times the smaller of deviation and quartile range over 1.34, times n to the power of -1/5. */
function silverman(sorted: readonly number[]): number {
  const mean = sorted.reduce((sum, one) => sum + one, 0) / sorted.length;
  const deviation = Math.sqrt(sorted.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (sorted.length - 1));
  const spread = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.34;
  return 0.9 * (spread > 0 ? Math.min(deviation, spread) : deviation) * sorted.length ** -0.2;
}

function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}
