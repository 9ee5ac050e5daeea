import type { ParameterRange } from '@fleetune/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStrategy, type SearchProblem, type Strategy, type Suggestion } from '../index.js';

const mixed: ParameterRange[] = [
  { kind: 'continuous', name: 'lr', min: 1e-5, max: 1, scaling: 'Auto' },
  { kind: 'integer', name: 'depth', min: 1, max: 12, scaling: 'Linear' },
  { kind: 'categorical', name: 'opt', values: ['adam', 'sgd'] },
];
const small: ParameterRange[] = [
  { kind: 'integer', name: 'depth', min: 1, max: 5, scaling: 'Linear' },
  { kind: 'categorical', name: 'opt', values: ['adam', 'sgd', 'lion'] },
];
const words: ParameterRange[] = [
  { kind: 'categorical', name: 'a', values: ['x', 'y', 'z'] },
  { kind: 'categorical', name: 'b', values: ['0', '1'] },
];

const CASES: [string, SearchProblem][] = [
  ['Random', problem('Random', mixed)],
  ['Random in a small space', problem('Random', small)],
  ['Random over two definitions', problem('Random', mixed, small)],
  ['Hyperband', problem('Hyperband', mixed)],
  ['Sobol', problem('Sobol', mixed)],
  ['Sobol in a small space', problem('Sobol', small)],
  ['Sobol over two definitions', problem('Sobol', mixed, small)],
  ['Grid', problem('Grid', words)],
  ['Grid over two definitions', problem('Grid', words, words.slice(0, 1))],
];

describe.each(CASES)('%s', (_, one) => {
  const reference = createStrategy(one).ask(40).suggestions;

  it('suggests the same set at any parallelism and in any order of outcomes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 40, maxLength: 40 }), (counts) => {
        const strategy = createStrategy(one);
        const all: Suggestion[] = [];
        for (const count of counts) {
          if (all.length >= reference.length) break;
          const { suggestions } = strategy.ask(Math.min(count, reference.length - all.length));
          all.push(...suggestions);
          for (const { index } of suggestions.toReversed())
            strategy.tell(index, { kind: 'Completed', objective: count });
        }
        expect(all).toEqual(reference);
      }),
      { numRuns: 20 },
    );
  });

  it('goes on after a restart as if nothing had happened', () => {
    const strategy = createStrategy(one);
    const told = reference.slice(0, 4).map((suggestion) => ({ ...suggestion, outcome: { kind: 'Failed' as const } }));
    strategy.restore([...told, ...reference.slice(4, 5)]);
    expect(strategy.ask(reference.length - 5).suggestions).toEqual(reference.slice(5));
  });

  it('never repeats a configuration', () => {
    const keys = reference.map(({ definition, configuration }) => JSON.stringify([definition, configuration]));
    expect(new Set(keys).size).toBe(keys.length);
    expect(reference.map(({ index }) => index)).toEqual([...reference.keys()]);
  });
});

it.each(['Random', 'Sobol', 'Bayesian'] as const)('%s uses up a finite space exactly, then is exhausted', (name) => {
  const strategy = createStrategy(problem(name, small, words));
  const first = strategy.ask(20);
  expect(first.exhausted).toBe(false);
  for (const { index } of first.suggestions) strategy.tell(index, { kind: 'Completed', objective: index % 3 });
  const second = strategy.ask(20);
  expect(second.suggestions).toHaveLength(1);
  expect(second.exhausted).toBe(true);
  expect(strategy.ask(3)).toEqual({ suggestions: [], exhausted: true });
  expect(definitionCounts([...first.suggestions, ...second.suggestions])).toEqual([15, 6]);
});

it('Random comes to an end in a continuous range that holds only a few numbers', () => {
  const narrow: ParameterRange = { kind: 'continuous', name: 'x', min: 1, max: 1 + 2 ** -51, scaling: 'Linear' };
  const { suggestions, exhausted } = createStrategy(problem('Random', [narrow])).ask(100);
  expect(suggestions.length).toBeLessThanOrEqual(3);
  expect(suggestions.length).toBeGreaterThan(0);
  expect(exhausted).toBe(true);
});

it('Random finds the rare configurations of a large skewed space too', () => {
  const skewed: ParameterRange = { kind: 'integer', name: 'x', min: 1, max: 2_000, scaling: 'Logarithmic' };
  const { suggestions, exhausted } = createStrategy(problem('Random', [skewed])).ask(3_000);
  expect(suggestions).toHaveLength(2_000);
  expect(exhausted).toBe(true);
});

it('Sobol is more even than Random', () => {
  const emptyCells = (name: 'Sobol' | 'Random') => {
    const range = (x: string): ParameterRange => ({ kind: 'continuous', name: x, min: 0, max: 1, scaling: 'Linear' });
    const { suggestions } = createStrategy(problem(name, [range('x'), range('y')])).ask(64);
    const cell = (value: unknown) => Math.floor((value as number) * 8);
    return 64 - new Set(suggestions.map(({ configuration: { x, y } }) => `${cell(x)} ${cell(y)}`)).size;
  };
  expect(emptyCells('Sobol')).toBe(0);
  expect(emptyCells('Random')).toBeGreaterThan(10);
});

function problem(strategy: SearchProblem['strategy'], ...spaces: ParameterRange[][]): SearchProblem {
  return { strategy, seed: 17, objectiveType: 'Minimize', spaces };
}

function definitionCounts(suggestions: ReturnType<Strategy['ask']>['suggestions']): number[] {
  return [0, 1].map((definition) => suggestions.filter((suggestion) => suggestion.definition === definition).length);
}
