import type { Axis } from '../axis.js';
import { leastPositions } from '../least-positions.js';
import type { SearchSpace } from '../space.js';

/** Trials that are looked at: the latest, and of these the best third, for bad ones may all be at one worst value. */
const MOST_TRIALS = 200;
const GOOD_SHARE = 1 / 3;
/** Where fewer trials have the very value of their nearest neighbour, the objective has no steps. */
const LEAST_TIED_SHARE = 0.15;
const LARGEST_RADIUS = 0.2;
/** Of the distances of tied neighbours: a high one, for tied ones lie close together where the search has been. */
const TIED_QUANTILE = 0.8;

/**
 * How far apart, along some coordinate of the unit cube, trials must be to have different values where an objective comes
 * in steps, as an accuracy on a few hundred examples does. A model that takes such a function for a smooth one would ask
 * for the same value again and again, close to where it was best.
 *
 * @returns how far most neighbours are apart whose values are the same; 0 where values do not repeat.
 */
export function plateauRadius(space: SearchSpace, points: readonly Float64Array[], costs: readonly number[]): number {
  if (new Set(costs).size === costs.length) return 0;
  const first = Math.max(0, costs.length - MOST_TRIALS);
  const latest = Float64Array.from(costs.slice(first), (cost) =>
    Number.isNaN(cost) ? Number.POSITIVE_INFINITY : cost,
  );
  const good = leastPositions(latest, Math.ceil(GOOD_SHARE * latest.length)).map((position) => first + position);
  const tied: number[] = [];
  for (const i of good) {
    let nearest = Number.POSITIVE_INFINITY;
    let neighbour = i;
    for (let j = first; j < points.length; j++) {
      if (j === i) continue;
      const distance = largestDifference(space, points[i] as Float64Array, points[j] as Float64Array);
      if (distance < nearest) [nearest, neighbour] = [distance, j];
    }
    if (neighbour !== i && costs[neighbour] === costs[i]) tied.push(nearest);
  }
  if (tied.length < LEAST_TIED_SHARE * good.length) return 0;
  tied.sort((a, b) => a - b);
  return Math.min(LARGEST_RADIUS, tied[Math.floor(TIED_QUANTILE * tied.length)] ?? 0);
}

/** Whether the point is nearer than `radius` to one of the others. */
export function isNearAny(
  space: SearchSpace,
  point: Float64Array,
  others: readonly Float64Array[],
  radius: number,
): boolean {
  const { axes } = space;
  return (
    radius > 0 && others.some((other) => axes.every((axis, k) => coordinateDifference(axis, point, other, k) < radius))
  );
}

function largestDifference({ axes }: SearchSpace, a: Float64Array, b: Float64Array): number {
  return axes.reduce((largest, axis, k) => Math.max(largest, coordinateDifference(axis, a, b, k)), 0);
}

/** Two words are as far apart as can be. */
function coordinateDifference(axis: Axis, a: Float64Array, b: Float64Array, k: number): number {
  const difference = Math.abs((a[k] as number) - (b[k] as number));
  return axis.range.kind === 'categorical' && difference > 0 ? 1 : difference;
}
