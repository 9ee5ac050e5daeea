import type { ParameterRange, StrategyName } from '@fleetune/domain';
import { describe, expect, it } from 'vitest';
import { idleConvergence, independentConvergence } from './convergence.js';
import { CONVERGED_FROM, createStrategy, type Suggestion } from './index.js';
import { branin, hartmann6 } from './strategies/test-functions.fixture.js';

describe('independentConvergence', () => {
  it('grows with how many were about as good as the best', () => {
    const spread = Array.from({ length: 20 }, (_, i) => 10 + i);
    expect(independentConvergence(Float64Array.from(spread))).toBe(0);
    expect(independentConvergence(Float64Array.of(...spread, 10.1, 10.05))).toBe(0.75);
    const certain = independentConvergence(Float64Array.of(...spread, 10.1, 10.05, 10.02, 10.12, 10));
    expect(certain).toBeGreaterThanOrEqual(CONVERGED_FROM);
  });

  it('says nothing after a few trials, and is not misled by one that diverged', () => {
    expect(independentConvergence(new Float64Array(9).fill(1))).toBe(0);
    const costs = Float64Array.from({ length: 20 }, (_, i) => (i === 0 ? 1e300 : i));
    expect(independentConvergence(costs)).toBe(0);
  });
});

describe('idleConvergence', () => {
  it('counts from the last significant improvement', () => {
    const costs = Float64Array.from({ length: 40 }, (_, i) => (i < 20 ? 40 - i : 21 - i / 1e4));
    expect(idleConvergence(costs, 20)).toBeCloseTo(CONVERGED_FROM, 10);
    expect(idleConvergence(costs, 40)).toBeCloseTo(CONVERGED_FROM / 2, 10);
    expect(idleConvergence(costs, 1)).toBe(1);
  });
});

it.each([
  ['Random', 400],
  ['Hyperband', 400],
  ['TPE', 400],
  ['Bayesian', 60],
] as const)('%s converges on Branin, and not before it is near the best', (strategy, most) => {
  const { count, best } = untilConverged(strategy, branin.ranges, branin.evaluate, most);
  expect(count).toBeLessThan(most);
  // Branin reaches from 0.4 to 308.
  expect(best - branin.minimum).toBeLessThan(3);
});

it('Bayesian does not take the first valley of a hard function for the end', () => {
  expect(untilConverged('Bayesian', hartmann6.ranges, hartmann6.evaluate, 30).count).toBe(30);
});

it.each(['Random', 'TPE', 'Bayesian'] as const)('%s says 0 before anything is known, and when all failed', (name) => {
  const strategy = createStrategy({ strategy: name, seed: 1, objectiveType: 'Minimize', spaces: [branin.ranges] });
  expect(strategy.convergence?.()).toBe(0);
  for (let i = 0; i < 15; i++) {
    const [{ index }] = strategy.ask(1).suggestions as [Suggestion];
    strategy.tell(index, { kind: 'Failed' });
  }
  expect(strategy.convergence?.()).toBe(0);
});

function untilConverged(
  strategy: StrategyName,
  ranges: readonly ParameterRange[],
  evaluate: (configuration: Suggestion['configuration']) => number,
  most: number,
): { count: number; best: number } {
  const search = createStrategy({ strategy, seed: 2, objectiveType: 'Minimize', spaces: [ranges] });
  let best = Number.POSITIVE_INFINITY;
  for (let count = 0; count < most; count++) {
    const [{ index, configuration }] = search.ask(1).suggestions as [Suggestion];
    if ((search.convergence?.() ?? 0) >= CONVERGED_FROM) return { count, best };
    const objective = evaluate(configuration);
    best = Math.min(best, objective);
    search.tell(index, { kind: 'Completed', objective });
  }
  return { count: most, best };
}
