import { leastPositions } from '../least-positions.js';
import type { PriorObservation } from './prior-observations.js';

/**
 * Where the parents did best, moved to the nearest point of the cube: the best of each parent in turn, the newest parent
 * first, each point once.
 */
export function promisingPoints(observations: readonly PriorObservation[], count: number): Float64Array[] {
  const ranked = byParent(observations).map((own) => {
    const completed = own.filter(({ cost }) => !Number.isNaN(cost));
    const order = leastPositions(
      Float64Array.from(completed, ({ cost }) => cost),
      count,
    );
    return order.map((i) => (completed[i] as PriorObservation).point.map((unit) => Math.min(1, Math.max(0, unit))));
  });
  const chosen = new Map<string, Float64Array>();
  for (let place = 0; place < count; place++) {
    for (const points of ranked) {
      const point = points[place];
      if (point !== undefined && chosen.size < count) chosen.set(point.join(), point);
    }
  }
  return [...chosen.values()];
}

/** The observations of each parent, the newest parent first. */
export function byParent(observations: readonly PriorObservation[]): PriorObservation[][] {
  const parents = new Map<number, PriorObservation[]>();
  for (const observation of observations) {
    const own = parents.get(observation.parent);
    if (own === undefined) parents.set(observation.parent, [observation]);
    else own.push(observation);
  }
  const age = (own: readonly PriorObservation[]) => Math.min(...own.map(({ ageRank }) => ageRank));
  return [...parents.values()].sort((a, b) => age(a) - age(b));
}
