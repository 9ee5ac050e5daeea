import type { SearchProblem, Strategy } from '../strategy.js';
import { createRandom } from './random.js';

/**
 * Draws as Random does, so that the set of configurations is the same at any parallelism; how long each of them trains is
 * decided by `hyperbandRule`.
 */
export function createHyperband(problem: SearchProblem): Strategy {
  return createRandom(problem);
}
