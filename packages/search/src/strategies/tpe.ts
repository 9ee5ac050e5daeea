import type { SearchProblem, Strategy } from '../strategy.js';
import { GuidedDraws } from './guided-draws.js';
import { TpeGuide } from './tpe/tpe-guide.js';

const DESIGN_SIZE = 10;

/**
 * Tree-structured Parzen estimator, multivariate: draws configurations from a density of the good trials and takes the
 * one that is likeliest under it relative to a density of the others (Bergstra et al. 2011; Watanabe 2023). A suggestion
 * takes about as long after ten thousand trials as after a thousand.
 */
export function createTpe(problem: SearchProblem): Strategy {
  return new GuidedDraws(
    problem,
    (space, definition, promising) =>
      new TpeGuide({ space, seed: problem.seed, definition, promising, designSize: DESIGN_SIZE }),
  );
}
