import type { TrainingJobSummary } from '@fleetune/api/contract';

export interface DensityPoint {
  readonly value: number;
  readonly density: number;
}

const GRID_POINTS = 200;

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
  return Array.from({ length: GRID_POINTS }, (_, place) => {
    const value = from + place * step;
    let sum = 0;
    for (const one of sorted) sum += Math.exp(-0.5 * ((value - one) / bandwidth) ** 2);
    return { value, density: scale * sum };
  });
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
