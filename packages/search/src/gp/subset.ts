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
  const byValue = all.toSorted((a, b) => (values[a] as number) - (values[b] as number) || a - b);
  const best = byValue[0] as number;
  const chosen = new Set(byValue.slice(0, third));
  const byDistance = all
    .filter((i) => !chosen.has(i))
    .map((i) => ({ i, distance: distance(i, best) }))
    .sort((a, b) => a.distance - b.distance || a.i - b.i);
  for (const { i } of byDistance.slice(0, third)) chosen.add(i);
  const rest = all.filter((i) => !chosen.has(i));
  const wanted = limit - chosen.size;
  for (let k = 0; k < wanted; k++) chosen.add(rest[Math.floor(((k + 0.5) * rest.length) / wanted)] as number);
  return [...chosen].sort((a, b) => a - b);
}
