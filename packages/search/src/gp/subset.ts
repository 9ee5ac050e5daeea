import { leastPositions } from '../least-positions.js';

/**
 * Chooses which observations a model of limited size keeps: a third the best, a third the nearest to the best one, and
 * the rest spread evenly over what is left.
 *
 * @param distance to observation `i` from observation `j`, on any increasing scale.
 * @returns at most `limit` positions, in increasing order; all of them when there are no more.
 */
export function chooseSubset(
  values: Float64Array,
  limit: number,
  distance: (i: number, j: number) => number,
): number[] {
  const all = Array.from(values.keys());
  if (all.length <= limit) return all;
  const third = Math.floor(limit / 3);
  const chosen = new Set(leastPositions(values, third));
  const best = leastPositions(values, 1)[0] as number;
  const others = all.filter((i) => !chosen.has(i));
  const distances = Float64Array.from(others, (i) => distance(i, best));
  for (const position of leastPositions(distances, third)) chosen.add(others[position] as number);
  const rest = all.filter((i) => !chosen.has(i));
  const wanted = limit - chosen.size;
  for (let k = 0; k < wanted; k++) chosen.add(rest[Math.floor(((k + 0.5) * rest.length) / wanted)] as number);
  return [...chosen].sort((a, b) => a - b);
}
