import type { Axis } from '../axis.js';
import type { Posterior } from '../gp/posterior.js';
import { type Box, minimise } from '../linear-algebra/lbfgs.js';
import type { SearchSpace } from '../space.js';
import { logExpectedImprovement } from './log-ei.js';

export interface ScoredPoint {
  readonly point: Float64Array;
  /** Log expected improvement. */
  readonly score: number;
}

/** Integer ranges of at least this many values are climbed as if continuous, then rounded. */
const RELAXED_CELLS = 12;

/**
 * Climbs the log expected improvement from a point: along the smooth coordinates by L-BFGS, along the discrete ones by
 * trying other values one at a time, alternating.
 */
export function polish(
  start: ScoredPoint,
  space: SearchSpace,
  posterior: Posterior,
  incumbent: number,
  maxEvaluations: number,
): ScoredPoint {
  const smooth = posterior.kernel.layout.numeric
    .map((k, position) => ({ k, position }))
    .filter(({ k }) => isSmooth(space.axes[k] as Axis));
  const discrete = space.axes
    .map((axis, k) => ({ axis, k }))
    .filter(({ axis }) => Number.isFinite(axis.cellCount) && axis.cellCount > 1);
  let best = start;
  for (let round = 0; round < 2; round++) {
    const before = best.score;
    if (smooth.length > 0) best = climb(best, smooth, space, posterior, incumbent, maxEvaluations);
    for (const { axis, k } of discrete) best = tryValues(best, axis, k, posterior, incumbent);
    if (discrete.length === 0 || best.score <= before + 1e-6) break;
  }
  return best;
}

function isSmooth(axis: Axis): boolean {
  return axis.range.kind !== 'categorical' && axis.cellCount >= RELAXED_CELLS;
}

function climb(
  from: ScoredPoint,
  smooth: readonly { readonly k: number; readonly position: number }[],
  space: SearchSpace,
  posterior: Posterior,
  incumbent: number,
  maxEvaluations: number,
): ScoredPoint {
  const point = from.point.slice();
  const full = new Float64Array(posterior.kernel.layout.numeric.length);
  const box: Box = { lower: new Float64Array(smooth.length), upper: new Float64Array(smooth.length).fill(1) };
  const end = minimise(
    (x, gradient) => {
      smooth.forEach(({ k }, i) => {
        point[k] = x[i] as number;
      });
      const prediction = posterior.predictWithGradient(point);
      const { value, byMean, byVariance } = logExpectedImprovement(prediction, incumbent);
      full.fill(0);
      prediction.addGradient(-byMean, -byVariance, full);
      smooth.forEach(({ position }, i) => {
        gradient[i] = full[position] as number;
      });
      return -value;
    },
    Float64Array.from(smooth, ({ k }) => point[k] as number),
    box,
    { maxEvaluations, gradientTolerance: 1e-5, valueTolerance: 1e-7 },
  );
  smooth.forEach(({ k }, i) => {
    point[k] = end.x[i] as number;
  });
  space.snap(point);
  const { value } = logExpectedImprovement(posterior.predict(point), incumbent);
  return value > from.score ? { point, score: value } : from;
}

function tryValues(from: ScoredPoint, axis: Axis, k: number, posterior: Posterior, incumbent: number): ScoredPoint {
  let best = from;
  for (const unit of otherUnits(axis, from.point[k] as number)) {
    const point = best.point.slice();
    point[k] = unit;
    // The rough variance is never too small, so what it cannot lift above the best is not worth an exact look.
    if (logExpectedImprovement(posterior.roughly(point), incumbent).value <= best.score) continue;
    const score = logExpectedImprovement(posterior.predict(point), incumbent).value;
    if (score > best.score) best = { point, score };
  }
  return best;
}

/** All other words of a categorical range; the neighbours of an integer, near and far. */
function otherUnits(axis: Axis, unit: number): number[] {
  const { range } = axis;
  if (range.kind === 'categorical')
    return range.values.map((value) => axis.encode(value)).filter((other) => other !== unit);
  const value = axis.decode(unit) as number;
  const far = Math.max(2, Math.round(axis.cellCount / 8));
  const moves = [-far, -1, 1, far].map((move) => axis.encode(value + move));
  return [...new Set(moves)].filter((other) => other !== unit);
}
