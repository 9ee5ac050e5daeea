import { describe, expect, it } from 'vitest';
import { randomStream } from '../../random-stream.js';
import { EvolvingDistribution } from './evolving-distribution.js';

/** Axes a thousand to one in curvature, turned against the coordinates in the full case. */
function ellipsoid(point: Float64Array, isTurned: boolean): number {
  const d = point.length;
  return point.reduce((sum, value, k) => {
    const offset = value - 0.4;
    const turned = isTurned ? offset + (k > 0 ? (point[k - 1] as number) - 0.4 : 0) : offset;
    return sum + 1_000 ** (k / (d - 1)) * turned * turned;
  }, 0);
}

describe.each([
  [8, true, 400],
  [40, false, 1_200],
] as const)('in %i dimensions', (dimension, isTurned, generations) => {
  it('learns the shape of an ellipsoid and comes to rest in its minimum', () => {
    const stream = randomStream(4, 'evolution');
    const leastDeviations = new Float64Array(dimension);
    const distribution = new EvolvingDistribution({
      mean: new Float64Array(dimension).fill(0.7),
      leastDeviations,
      growth: 1,
    });
    let least = Number.POSITIVE_INFINITY;
    for (let generation = 0; generation < generations && !distribution.isAtRest(); generation++) {
      const members = Array.from({ length: distribution.memberCount }, () => distribution.draw(stream, 1))
        .map((point) => ({ point, cost: ellipsoid(point, isTurned) }))
        .sort((a, b) => a.cost - b.cost);
      least = Math.min(least, members[0]?.cost as number);
      distribution.update(members.map(({ point }) => point));
    }
    expect(least).toBeLessThan(1e-10);
  });
});

it('is not torn apart by points from far away', () => {
  const stream = randomStream(4, 'far');
  const distribution = new EvolvingDistribution({
    mean: Float64Array.of(0.5, 0.5),
    leastDeviations: new Float64Array(2),
    growth: 1,
  });
  for (let generation = 0; generation < 5; generation++) {
    distribution.update(Array.from({ length: distribution.memberCount }, () => Float64Array.of(1e6, -1e6)));
  }
  const drawn = distribution.draw(stream, 1);
  expect(Math.hypot(...drawn)).toBeLessThan(20);
});
