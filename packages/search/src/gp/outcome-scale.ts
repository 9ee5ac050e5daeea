import { normalQuantile } from '../normal-distribution.js';

interface ScaledOutcomes {
  /** Mean 0 and standard deviation 1, lower is better; failed trials stand with the worst. */
  readonly values: Float64Array;
  /** What one unit of the objective has become, near the good end. */
  readonly unit: number;
}

/** Below this the squares of distances would underflow; outcomes are then taken as they are. */
const LEAST_SPREAD = 1e-150;

/**
 * Brings outcomes to the scale on which a Gaussian process models them. The worse half is replaced by what a normal
 * distribution with the better half's spread would have there (Song et al. 2024, the "half-rank" warp): the order stays,
 * but how bad the bad ones are no longer bends the model among the good ones.
 *
 * @param costs lower is better; NaN for a failed trial. When all have failed, all values are 0.
 */
export function scaleOutcomes(costs: Float64Array): ScaledOutcomes {
  const completed = costs.filter((cost) => !Number.isNaN(cost));
  const size = completed.reduce((most, cost) => Math.max(most, Math.abs(cost)), 0);
  // First to at most 1, so that no square overflows or vanishes.
  const shrink = size > Number.MIN_VALUE && Number.isFinite(1 / size) ? 1 / size : 1;
  const finite = completed.map((cost) => cost * shrink);
  const { centre, warp } = halfRankWarp(finite);
  const warped = finite.map(warp);
  const mean = warped.reduce((sum, value) => sum + value / warped.length, 0);
  const deviation = Math.sqrt(warped.reduce((sum, value) => sum + (value - mean) ** 2 / warped.length, 0));
  // A constant objective, up to rounding: all zero.
  const unit = deviation > 1e-12 * Math.max(Math.abs(centre), Number.MIN_VALUE) ? 1 / deviation : 0;
  const scaled = warped.map((value) => (value - mean) * unit);
  const worst = scaled.reduce((most, value) => Math.max(most, value), 0);
  let next = 0;
  return {
    values: costs.map((cost) => (Number.isNaN(cost) ? worst : (scaled[next++] as number))),
    unit: unit * shrink,
  };
}

/** The warp gives distances from `centre`, or a narrow spread would drown in the rounding of a large objective. */
function halfRankWarp(finite: Float64Array): { centre: number; warp: (cost: number) => number } {
  const sorted = Float64Array.from(new Set(finite)).sort();
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] as number) + (sorted[Math.ceil(middle)] as number)) / 2;
  if (sorted.length < 3 || median - (sorted[0] as number) < LEAST_SPREAD) {
    return { centre: median, warp: (cost) => cost - median };
  }
  const better = sorted.filter((cost) => cost <= median);
  const spread = Math.sqrt(better.reduce((sum, cost) => sum + (cost - median) ** 2 / better.length, 0));
  const ranks = new Map(Array.from(sorted, (cost, rank) => [cost, rank]));
  const warp = (cost: number) => {
    if (cost <= median) return cost - median;
    const probability = ((ranks.get(cost) as number) + 0.5) / sorted.length;
    return spread * normalQuantile(probability);
  };
  return { centre: median, warp };
}
