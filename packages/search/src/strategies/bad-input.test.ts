import type { ParameterRange, StrategyName } from '@fleetune/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStrategy, type SearchProblem, type TrialOutcome } from '../index.js';

const STRATEGIES = ['Random', 'Sobol', 'Bayesian', 'Hyperband', 'TPE', 'CMA-ES', 'BOHB'] as const;

const range = (name: string): fc.Arbitrary<ParameterRange> =>
  fc.oneof(
    fc.constantFrom<ParameterRange>(
      { kind: 'continuous', name, min: 0, max: 1, scaling: 'Linear' },
      { kind: 'continuous', name, min: 1e-9, max: 1e9, scaling: 'Logarithmic' },
      { kind: 'continuous', name, min: 1, max: 1 + 2 ** -40, scaling: 'Auto' },
      { kind: 'continuous', name, min: -1e308, max: 1e308, scaling: 'Auto' },
      { kind: 'integer', name, min: 0, max: 1, scaling: 'Auto' },
      { kind: 'integer', name, min: -3, max: 1_000_000, scaling: 'Linear' },
      { kind: 'categorical', name, values: ['only'] },
    ),
    fc
      .uniqueArray(fc.string(), { minLength: 1, maxLength: 30 })
      .map((values): ParameterRange => ({ kind: 'categorical', name, values })),
  );

const objective = fc.oneof(
  fc.double(),
  fc.constantFrom(0, 0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.7e308, 5e-324),
);
const outcome: fc.Arbitrary<TrialOutcome> = fc.oneof(
  fc.record({ kind: fc.constant('Completed' as const), objective }),
  fc.record({ kind: fc.constant('Completed' as const), objective, standardError: fc.double() }),
  fc.constant<TrialOutcome>({ kind: 'Failed' }),
  fc.record({ kind: fc.constant('Stopped' as const), objective, resource: fc.double() }),
  fc.constant<TrialOutcome>({ kind: 'Stopped' }),
);

describe.each(STRATEGIES)('%s', (strategy) => {
  it('neither crashes nor repeats a point, whatever it is told', () => {
    fc.assert(
      fc.property(
        fc.tuple(range('a'), range('b'), range('c')),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), outcome), { maxLength: 16 }),
        fc.constantFrom('Minimize' as const, 'Maximize' as const),
        (ranges, rounds, objectiveType) => {
          const search = createStrategy({ ...problemOver(strategy, ranges), objectiveType });
          const seen: string[] = [];
          for (const [count, told] of rounds) {
            const { suggestions } = search.ask(count);
            for (const { index, configuration } of suggestions) {
              seen.push(JSON.stringify(configuration));
              search.tell(index, told);
            }
          }
          expect(new Set(seen).size).toBe(seen.length);
          const convergence = search.convergence?.() ?? 0;
          expect(convergence >= 0 && convergence <= 1).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('takes over 10,000 trials at once and answers soon', () => {
    const ranges = Array.from({ length: 10 }, (_, k): ParameterRange => {
      return { kind: 'continuous', name: `x${k}`, min: 0, max: 1, scaling: 'Linear' };
    });
    const { suggestions } = createStrategy(problemOver('Random', ranges)).ask(10_000);
    const search = createStrategy(problemOver(strategy, ranges));
    search.restore(
      suggestions.map((suggestion) => ({
        ...suggestion,
        outcome: { kind: 'Completed', objective: ((suggestion.configuration.x0 as number) - 0.3) ** 2 },
      })),
    );
    const start = process.cpuUsage();
    expect(search.ask(1).suggestions).toHaveLength(1);
    // Measured at 0.2 s.
    expect(secondsSince(start)).toBeLessThan(1.5);
  });

  it('fills a thousand places at once without a long wait', { timeout: 60_000 }, () => {
    const ranges = Array.from({ length: 5 }, (_, k): ParameterRange => {
      return { kind: 'continuous', name: `x${k}`, min: 0, max: 1, scaling: 'Linear' };
    });
    const search = createStrategy(problemOver(strategy, ranges));
    for (const { index, configuration } of search.ask(50).suggestions) {
      search.tell(index, { kind: 'Completed', objective: configuration.x1 as number });
    }
    const start = process.cpuUsage();
    const { suggestions } = search.ask(1_000);
    // Measured at 0.5 s for Bayesian.
    expect(secondsSince(start)).toBeLessThan(4);
    expect(new Set(suggestions.map(({ configuration }) => JSON.stringify(configuration))).size).toBe(1_000);
  });
});

function problemOver(strategy: StrategyName, ranges: readonly ParameterRange[]): SearchProblem {
  return { strategy, seed: 5, objectiveType: 'Minimize', spaces: [ranges], minResource: 1, maxResource: 27 };
}

/** Of the processor, so that a busy machine does not count. */
function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}
