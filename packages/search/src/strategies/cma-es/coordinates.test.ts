import { expect, it } from 'vitest';
import { SearchSpace } from '../../space.js';
import { Coordinates } from './coordinates.js';

const space = new SearchSpace([
  { kind: 'integer', name: 'depth', min: 1, max: 10, scaling: 'Linear' },
  { kind: 'categorical', name: 'opt', values: ['adam', 'sgd', 'lion'] },
  { kind: 'continuous', name: 'lr', min: 0, max: 1, scaling: 'Linear' },
]);
const coordinates = new Coordinates(space);

it('gives each word a coordinate and finds every configuration again', () => {
  expect(coordinates.dimension).toBe(5);
  for (const opt of ['adam', 'sgd', 'lion']) {
    const configuration = { depth: 4, opt, lr: 0.25 };
    const point = coordinates.fromUnit(space.encode(configuration));
    expect(space.decode(coordinates.toUnit(point))).toEqual(configuration);
  }
});

it('keeps discrete coordinates wide enough to change, and continuous ones free', () => {
  expect([...coordinates.leastDeviations]).toEqual([0.04, 0.15, 0.15, 0.15, 0]);
});
