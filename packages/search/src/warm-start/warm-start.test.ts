import type { Configuration, ParameterRange, StrategyName } from '@fleetune/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStrategy, type PriorTrial, type SearchProblem, type Suggestion, type TrialOutcome } from '../index.js';
import { branin, hartmann6, type TestFunction } from '../strategies/test-functions.fixture.js';

const STRATEGIES: readonly StrategyName[] = ['Random', 'Grid', 'Sobol', 'Bayesian', 'TPE', 'CMA-ES'];
const SEEDS = [1, 2, 3];

const mixed: ParameterRange[] = [
  { kind: 'continuous', name: 'lr', min: 1e-5, max: 1, scaling: 'Logarithmic' },
  { kind: 'integer', name: 'depth', min: 1, max: 9, scaling: 'Linear' },
  { kind: 'categorical', name: 'opt', values: ['adam', 'sgd', 'lion'] },
];
const words: ParameterRange[] = [
  { kind: 'categorical', name: 'a', values: ['x', 'y', 'z'] },
  { kind: 'categorical', name: 'b', values: ['0', '1', '2', '3'] },
];

describe('Bayesian with transfer learning', { timeout: 60_000 }, () => {
  it.each([
    ['Branin', branin, 308],
    ['Hartmann6', hartmann6, 3.3],
  ] as const)('needs 15 jobs with three related parents for what takes 25 without, on %s', (_, testFunction, range) => {
    const regret = (seed: number, count: number, priors: readonly PriorTrial[]) =>
      best({ ...problemOver(testFunction.ranges), seed, priors }, testFunction.evaluate, count) - testFunction.minimum;
    const cold = SEEDS.map((seed) => regret(seed, 25, []));
    const warm = SEEDS.map((seed) => regret(seed, 15, parentsOf(testFunction, seed, related)));
    expect(median(warm)).toBeLessThan(Math.max(median(cold), 1e-4 * range));
  });

  it('loses next to nothing by parents that have nothing to do with it', () => {
    const regret = (seed: number, priors: readonly PriorTrial[]) =>
      best({ ...problemOver(branin.ranges), seed, priors }, branin.evaluate, 30) - branin.minimum;
    const cold = median(SEEDS.map((seed) => regret(seed, [])));
    const misled = median(SEEDS.map((seed) => regret(seed, parentsOf(branin, seed, unrelated))));
    // Branin reaches from 0.4 to 308; the median of 30 random points is 2 above the minimum.
    expect(misled - cold).toBeLessThan(0.1);
  });

  it('turns away from where the parents were best when everything fails there', () => {
    const strategy = createStrategy({ ...problemOver(branin.ranges), priors: parentsOf(branin, 1, related) });
    const points = Array.from({ length: 12 }, () => {
      const [{ index, configuration }] = strategy.ask(1).suggestions as [Suggestion];
      strategy.tell(index, { kind: 'Failed' });
      return configuration;
    });
    const first = points[0] as Configuration;
    const near = points.filter(
      ({ x0, x1 }) => Math.hypot(Number(x0) - Number(first.x0), Number(x1) - Number(first.x1)) < 1,
    );
    expect(near.length).toBeLessThan(4);
  });
});

describe('identical data and algorithm', () => {
  it('goes on from the best of the parent', () => {
    const priors = priorsOf(0, branin.ranges, branin.evaluate, 30, 5);
    const strategy = createStrategy({
      ...problemOver(branin.ranges),
      priors,
      warmStart: 'IdenticalDataAndAlgorithm',
    });
    const least = Math.min(...priors.map(({ outcome }) => (outcome.kind === 'Completed' ? outcome.objective : 0)));
    const objectives = Array.from({ length: 8 }, () => {
      const [{ index, configuration }] = strategy.ask(1).suggestions as [Suggestion];
      const objective = branin.evaluate(configuration);
      strategy.tell(index, { kind: 'Completed', objective });
      return objective;
    });
    expect(Math.min(...objectives)).toBeLessThan(Math.min(least, branin.minimum + 0.05));
  });

  it.each(STRATEGIES)('%s uses up what the parents left over, and nothing else', (strategy) => {
    const evaluated = [
      { a: 'x', b: '0' },
      { a: 'z', b: '2' },
      { a: 'y', b: '3' },
    ];
    const problem = problemOver(words, strategy);
    const priors = evaluated.map((configuration, i) =>
      prior(i % 2, configuration, { kind: 'Completed', objective: i }),
    );
    const warm = createStrategy({ ...problem, priors, warmStart: 'IdenticalDataAndAlgorithm' });
    const keys: string[] = [];
    for (let i = 0; i < 9; i++) {
      const [{ index, configuration }] = warm.ask(1).suggestions as [Suggestion];
      keys.push(JSON.stringify(configuration));
      warm.tell(index, { kind: 'Completed', objective: i % 4 });
    }
    expect(new Set([...keys, ...evaluated.map((configuration) => JSON.stringify(configuration))]).size).toBe(12);
    expect(warm.ask(2)).toEqual({ suggestions: [], exhausted: true });
  });

  it('believes points outside of the new ranges, without suggesting any', () => {
    const narrow: ParameterRange[] = [{ kind: 'continuous', name: 'x', min: 0.4, max: 0.6, scaling: 'Linear' }];
    const priors = Array.from({ length: 11 }, (_, i) =>
      prior(0, { x: i / 10 }, { kind: 'Completed', objective: (i / 10 - 0.1) ** 2 }),
    );
    const strategy = createStrategy({ ...problemOver(narrow), priors, warmStart: 'IdenticalDataAndAlgorithm' });
    const values = Array.from({ length: 5 }, () => {
      const [{ index, configuration }] = strategy.ask(1).suggestions as [Suggestion];
      const x = configuration.x as number;
      strategy.tell(index, { kind: 'Completed', objective: (x - 0.1) ** 2 });
      return x;
    });
    for (const x of values) expect(x >= 0.4 && x <= 0.6).toBe(true);
    // The parent evaluated the end itself.
    expect(Math.min(...values)).toBeLessThan(0.41);
  });
});

it.each(['TPE', 'CMA-ES'] as const)('%s begins where related parents were best', (strategy) => {
  const distances = (priors: readonly PriorTrial[]) => {
    const { suggestions } = createStrategy({ ...problemOver(mixed, strategy), priors }).ask(3);
    return Math.min(...suggestions.map(({ configuration }) => Math.abs(Math.log10(configuration.lr as number) + 4)));
  };
  const parents = [-4, -2, -1].map((exponent, i) =>
    prior(0, { lr: 10 ** exponent, depth: 3, opt: 'sgd' }, { kind: 'Completed', objective: i }),
  );
  expect(distances(parents)).toBeLessThan(0.6);
});

describe('priors that make no sense', () => {
  const anything = fc.oneof(
    fc.double(),
    fc.string(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e308, 'adam', '3', '', undefined, null),
  );
  const outcome = fc.oneof(
    fc.record({ kind: fc.constant('Completed' as const), objective: fc.double(), standardError: fc.double() }),
    fc.constant<TrialOutcome>({ kind: 'Failed' }),
    fc.constant<TrialOutcome>({ kind: 'Stopped' }),
    fc.record({ kind: fc.constant('Stopped' as const), objective: fc.double(), resource: fc.double() }),
  );
  const priors = fc.array(
    fc.record({
      parent: fc.integer({ min: -1, max: 8 }),
      definition: fc.integer({ min: -1, max: 2 }),
      configuration: fc.dictionary(
        fc.constantFrom('lr', 'depth', 'opt', 'other'),
        anything,
      ) as fc.Arbitrary<Configuration>,
      outcome,
    }),
    { maxLength: 30 },
  );

  it.each(['Random', 'Sobol', 'Bayesian', 'TPE', 'CMA-ES'] as const)('never keep %s from suggesting', (strategy) => {
    fc.assert(
      fc.property(
        priors,
        fc.constantFrom('IdenticalDataAndAlgorithm' as const, 'TransferLearning' as const),
        (some, warmStart) => {
          const searched = createStrategy({ ...problemOver(mixed, strategy), priors: some, warmStart });
          const keys = new Set<string>();
          for (let i = 0; i < 4; i++) {
            const [{ index, configuration }] = searched.ask(1).suggestions as [Suggestion];
            const { lr, depth, opt } = configuration as { lr: number; depth: number; opt: string };
            expect(lr >= 1e-5 && lr <= 1).toBe(true);
            expect(Number.isInteger(depth) && depth >= 1 && depth <= 9).toBe(true);
            expect(['adam', 'sgd', 'lion']).toContain(opt);
            keys.add(JSON.stringify(configuration));
            searched.tell(index, i === 1 ? { kind: 'Failed' } : { kind: 'Completed', objective: i });
          }
          expect(keys.size).toBe(4);
        },
      ),
      { numRuns: 30 },
    );
  });
});

function problemOver(ranges: readonly ParameterRange[], strategy: StrategyName = 'Bayesian'): SearchProblem {
  return { strategy, seed: 7, objectiveType: 'Minimize', spaces: [ranges] };
}

function prior(parent: number, configuration: Configuration, outcome: TrialOutcome): PriorTrial {
  return { parent, definition: 0, configuration, outcome };
}

/** What a parent tuning job evaluated. */
function priorsOf(
  parent: number,
  ranges: readonly ParameterRange[],
  evaluate: (configuration: Configuration) => number,
  count: number,
  seed: number,
): PriorTrial[] {
  const strategy = createStrategy({ ...problemOver(ranges, 'TPE'), seed });
  return Array.from({ length: count }, () => {
    const [{ index, configuration }] = strategy.ask(1).suggestions as [Suggestion];
    const outcome: TrialOutcome = { kind: 'Completed', objective: evaluate(configuration) };
    strategy.tell(index, outcome);
    return prior(parent, configuration, outcome);
  });
}

type Variation = (testFunction: TestFunction, parent: number) => (configuration: Configuration) => number;

function parentsOf(testFunction: TestFunction, seed: number, variation: Variation): PriorTrial[] {
  return [0, 1, 2].flatMap((parent) =>
    priorsOf(parent, testFunction.ranges, variation(testFunction, parent), 30, 100 * seed + parent),
  );
}

/** The same function a little to the side, on another scale. */
const related: Variation = ({ ranges, evaluate }, parent) => {
  const sides = [0.03, -0.02, 0.01];
  return (configuration) => {
    const moved = ranges.map(({ name, min, max }, k) => {
      const value = (configuration[name] as number) + (sides[(parent + k) % 3] as number) * (max - min);
      return [name, Math.min(max, Math.max(min, value))];
    });
    return 10 ** (parent - 1) * evaluate(Object.fromEntries(moved)) + 100 * parent;
  };
};

const unrelated: Variation =
  ({ ranges }, parent) =>
  (configuration) =>
    ranges.reduce((sum, { name, min, max }, k) => {
      const unit = ((configuration[name] as number) - min) / (max - min);
      return sum + Math.sin((3 + parent) * unit + 2 * k + parent) + 0.3 * Math.cos(9 * unit + parent);
    }, 0);

/** The best of `count` evaluations one by one. */
function best(problem: SearchProblem, evaluate: (configuration: Configuration) => number, count: number): number {
  const strategy = createStrategy(problem);
  const objectives = Array.from({ length: count }, () => {
    const [{ index, configuration }] = strategy.ask(1).suggestions as [Suggestion];
    const objective = evaluate(configuration);
    strategy.tell(index, { kind: 'Completed', objective });
    return objective;
  });
  return Math.min(...objectives);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
