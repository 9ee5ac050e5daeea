import { expect, it } from 'vitest';
import { createStrategy, type Suggestion } from '../index.js';
import { SearchSpace } from '../space.js';
import { isNearAny, plateauRadius } from './plateau.js';

const space = new SearchSpace([
  { kind: 'continuous', name: 'x', min: 0, max: 1, scaling: 'Linear' },
  { kind: 'categorical', name: 'c', values: ['a', 'b', 'c', 'd'] },
]);
const at = (x: number, c: string) => space.encode({ x, c });

it('is how far most neighbours are apart that have the same value', () => {
  const points = [0.1, 0.14, 0.2, 0.5, 0.6, 0.7, 0.8, 0.9, 1].map((x) => at(x, 'a'));
  expect(plateauRadius(space, points, [1, 1, 1, 2, 3, 4, 5, 6, 7])).toBeCloseTo(0.06);
});

it('is none where values do not repeat, or only those of distant trials do', () => {
  const points = [0.1, 0.14, 0.2, 0.5, 0.9].map((x) => at(x, 'a'));
  expect(plateauRadius(space, points, [1, 2, 3, 4, 5])).toBe(0);
  expect(plateauRadius(space, points, [1, 2, 3, 4, 1])).toBe(0);
  // Only the worst are the same: they have diverged.
  expect(plateauRadius(space, points, [9, 9, 9, 1, 2])).toBe(0);
  expect(plateauRadius(space, points, [Number.NaN, Number.NaN, 3, 4, 5])).toBe(0);
  expect(plateauRadius(space, [], [])).toBe(0);
});

it('takes different words for far apart', () => {
  expect(isNearAny(space, at(0.5, 'a'), [at(0.52, 'a')], 0.1)).toBe(true);
  expect(isNearAny(space, at(0.5, 'a'), [at(0.52, 'b')], 0.1)).toBe(false);
  expect(isNearAny(space, at(0.5, 'a'), [at(0.52, 'a')], 0)).toBe(false);
});

it('keeps Bayesian from asking for one step of an objective again and again', () => {
  const ranges = ['x', 'y'].map((name) => ({ kind: 'continuous', name, min: 0, max: 1, scaling: 'Linear' }) as const);
  const strategy = createStrategy({ strategy: 'Bayesian', seed: 1, objectiveType: 'Maximize', spaces: [ranges] });
  const steps = new Set<string>();
  for (let i = 0; i < 50; i++) {
    const [{ index, configuration }] = strategy.ask(1).suggestions as [Suggestion];
    const [x, y] = [Math.floor(Number(configuration.x) * 10), Math.floor(Number(configuration.y) * 10)];
    steps.add(`${x} ${y}`);
    // A hill in steps, each a little off.
    const objective = Math.round(100 - (x - 6) ** 2 - (y - 3) ** 2 + 4 * Math.sin(5 * x + 9 * y));
    strategy.tell(index, { kind: 'Completed', objective });
  }
  expect(steps.size).toBeGreaterThan(30);
});
