import type { StrategyName } from '@fleetune/domain';
import { checkProblem } from './problem.js';
import { createBayesian } from './strategies/bayesian.js';
import { createBohb } from './strategies/bohb.js';
import { createCmaEs } from './strategies/cma-es.js';
import { createGrid } from './strategies/grid.js';
import { createHyperband } from './strategies/hyperband.js';
import { createRandom } from './strategies/random.js';
import { createSobol } from './strategies/sobol.js';
import { createTpe } from './strategies/tpe.js';
import type { SearchProblem, Strategy } from './strategy.js';

/** The strategies there are: a new one is a file in `strategies/` and a line here. */
const STRATEGIES: Partial<Record<StrategyName, (problem: SearchProblem) => Strategy>> = {
  Random: createRandom,
  Grid: createGrid,
  Sobol: createSobol,
  Bayesian: createBayesian,
  Hyperband: createHyperband,
  TPE: createTpe,
  'CMA-ES': createCmaEs,
  BOHB: createBohb,
};

/** The strategy is not available in this version. `available` names those that are. */
export class UnsupportedStrategyError extends Error {
  override readonly name = 'UnsupportedStrategyError';
  readonly strategy: string;
  readonly available: readonly StrategyName[];
  constructor(strategy: string) {
    const available = Object.keys(STRATEGIES) as StrategyName[];
    super(`Strategy "${strategy}" is not available yet; use one of ${available.join(', ')}.`);
    this.strategy = strategy;
    this.available = available;
  }
}

/** @throws UnsupportedStrategyError, InvalidProblemError */
export function createStrategy(problem: SearchProblem): Strategy {
  const create = Object.hasOwn(STRATEGIES, problem.strategy) ? STRATEGIES[problem.strategy] : undefined;
  if (create === undefined) throw new UnsupportedStrategyError(problem.strategy);
  checkProblem(problem);
  return create(problem);
}
