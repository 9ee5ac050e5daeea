import { randomStream } from '../random-stream.js';
import { SobolSequence } from '../sobol-sequence.js';
import type { SearchProblem, Strategy } from '../strategy.js';
import { IndependentDraws } from './independent-draws.js';

/** A scrambled Sobol sequence per space: more even than Random. Repetitions in discrete spaces are redrawn at random. */
export function createSobol(problem: SearchProblem): Strategy {
  const sequences = problem.spaces.map(
    (ranges, definition) => new SobolSequence(ranges.length, problem.seed, `sobol ${definition}`),
  );
  return new IndependentDraws(problem, (definition, index, attempt) => {
    const sequence = sequences[definition] as SobolSequence;
    if (attempt === 0) return sequence.point(Math.floor(index / problem.spaces.length));
    const stream = randomStream(problem.seed, 'sobol again', index, attempt);
    return Float64Array.from(problem.spaces[definition] ?? [], () => stream.uniform());
  });
}
