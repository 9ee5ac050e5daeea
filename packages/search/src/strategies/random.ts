import { randomStream } from '../random-stream.js';
import type { SearchProblem, Strategy } from '../strategy.js';
import { IndependentDraws } from './independent-draws.js';

/** Uniform on each range's scale. */
export function createRandom(problem: SearchProblem): Strategy {
  return new IndependentDraws(problem, (definition, index, attempt) => {
    const stream = randomStream(problem.seed, 'random', index, attempt);
    return Float64Array.from(problem.spaces[definition] ?? [], () => stream.uniform());
  });
}
