import { expect, it } from 'vitest';
import { randomStream } from '../../random-stream.js';
import { SearchSpace } from '../../space.js';
import { ParzenEstimator } from './parzen-estimator.js';

const space = new SearchSpace([
  { kind: 'continuous', name: 'x', min: 0, max: 1, scaling: 'Linear' },
  { kind: 'categorical', name: 'c', values: ['a', 'b', 'c'] },
]);
const points = [
  [0.02, 'a'],
  [0.1, 'a'],
  [0.7, 'b'],
].map(([x, c]) => space.encode({ x: x as number, c: c as string }));
const estimator = new ParzenEstimator(space, points);

it('is a density: it sums to one over the whole space', () => {
  let total = 0;
  for (let i = 0; i < 1_000; i++) {
    for (let word = 0; word < 3; word++) {
      total += Math.exp(estimator.logDensity(Float64Array.of((i + 0.5) / 1_000, (word + 0.5) / 3))) / 1_000;
    }
  }
  expect(total).toBeCloseTo(1, 2);
});

it('draws as often where it is as dense', () => {
  const stream = randomStream(3, 'parzen');
  const isInCorner = (point: Float64Array) => (point[0] as number) < 0.2 && point[1] === 1 / 6;
  const drawn = Array.from({ length: 20_000 }, () => estimator.draw(stream));
  let expected = 0;
  for (let i = 0; i < 200; i++) {
    expected += Math.exp(estimator.logDensity(Float64Array.of((i + 0.5) / 1_000, 1 / 6))) / 1_000;
  }
  expect(drawn.filter(isInCorner).length / drawn.length).toBeCloseTo(expected, 1);
});

it('is one flat kernel without points', () => {
  const flat = new ParzenEstimator(space, []);
  const ratio = flat.logDensity(Float64Array.of(0.5, 0.5)) - flat.logDensity(Float64Array.of(0.01, 1 / 6));
  expect(ratio).toBeGreaterThan(0);
  expect(ratio).toBeLessThan(0.2);
});
