import type { ParameterRange } from '@fleetune/domain';
import { expect, it } from 'vitest';
import { createStrategy, gridSize, InvalidProblemError } from '../index.js';

const ranges: ParameterRange[] = [
  { kind: 'categorical', name: 'opt', values: ['adam', 'sgd'] },
  { kind: 'categorical', name: 'act', values: ['relu', 'gelu', 'tanh'] },
];

it('suggests all combinations in a fixed order, and is exhausted with the last', () => {
  const strategy = createStrategy({ strategy: 'Grid', seed: 0, objectiveType: 'Maximize', spaces: [ranges] });
  const first = strategy.ask(5);
  expect(first.exhausted).toBe(false);
  const last = strategy.ask(5);
  expect(last.exhausted).toBe(true);
  expect([...first.suggestions, ...last.suggestions].map(({ configuration }) => configuration)).toEqual([
    { opt: 'adam', act: 'relu' },
    { opt: 'adam', act: 'gelu' },
    { opt: 'adam', act: 'tanh' },
    { opt: 'sgd', act: 'relu' },
    { opt: 'sgd', act: 'gelu' },
    { opt: 'sgd', act: 'tanh' },
  ]);
});

it('takes up what a restart left out', () => {
  const strategy = createStrategy({ strategy: 'Grid', seed: 0, objectiveType: 'Maximize', spaces: [ranges] });
  strategy.restore([
    { index: 0, definition: 0, configuration: { opt: 'adam', act: 'relu' } },
    { index: 2, definition: 0, configuration: { opt: 'adam', act: 'tanh' } },
  ]);
  expect(strategy.ask(10).suggestions.map(({ index }) => index)).toEqual([1, 3, 4, 5]);
});

it('knows its size beforehand', () => {
  expect(gridSize(ranges)).toBe(6);
  expect(() => gridSize([{ kind: 'integer', name: 'depth', min: 1, max: 3, scaling: 'Auto' }])).toThrow(
    InvalidProblemError,
  );
});
