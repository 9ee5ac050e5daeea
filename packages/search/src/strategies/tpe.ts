import { leastPositions } from '../least-positions.js';
import { randomStream } from '../random-stream.js';
import { SobolSequence } from '../sobol-sequence.js';
import type { SearchSpace } from '../space.js';
import type { SearchProblem, Strategy } from '../strategy.js';
import { type Guide, GuidedDraws } from './guided-draws.js';
import { ParzenEstimator } from './tpe/parzen-estimator.js';

/**
 * Tree-structured Parzen estimator, multivariate: draws configurations from a density of the good trials and takes the
 * one that is likeliest under it relative to a density of the others (Bergstra et al. 2011; Watanabe 2023). A suggestion
 * takes about as long after ten thousand trials as after a thousand.
 */
export function createTpe(problem: SearchProblem): Strategy {
  return new GuidedDraws(problem, (space, definition) => new TpeGuide(space, problem.seed, definition));
}

const DESIGN_SIZE = 10;
const GOOD_SHARE = 0.15;
const MOST_GOOD = 25;
/** Others that the second density is made of: the newest, and a spread of the earlier ones. */
const MOST_OTHERS = 400;
const NEWEST = 100;
const CANDIDATE_COUNT = 48;

class TpeGuide implements Guide {
  readonly #space: SearchSpace;
  readonly #seed: number;
  readonly #definition: number;
  readonly #design: SobolSequence;
  readonly #points: Float64Array[] = [];
  readonly #costs: number[] = [];

  constructor(space: SearchSpace, seed: number, definition: number) {
    this.#space = space;
    this.#seed = seed;
    this.#definition = definition;
    this.#design = new SobolSequence(space.dimension, seed, `tpe design ${definition}`);
  }

  observe(point: Float64Array, cost: number): void {
    this.#points.push(point);
    // Failed trials rank behind all others.
    this.#costs.push(Number.isNaN(cost) ? Number.POSITIVE_INFINITY : cost);
  }

  propose(index: number, pending: readonly Float64Array[]): (attempt: number) => ArrayLike<number> {
    const stream = randomStream(this.#seed, 'tpe', this.#definition, index);
    const anywhere = () => Float64Array.from(this.#space.axes, () => stream.uniform());
    const begun = this.#points.length + pending.length;
    if (this.#points.length < 2 || begun < DESIGN_SIZE) {
      return (attempt) => (attempt === 0 ? this.#design.point(begun) : anywhere());
    }
    const { good, others } = this.#split(pending);
    const candidates = Array.from({ length: CANDIDATE_COUNT }, () => good.draw(stream));
    const scores = Float64Array.from(candidates, (point) => others.logDensity(point) - good.logDensity(point));
    const order = leastPositions(scores, CANDIDATE_COUNT);
    return (attempt) => candidates[order[attempt] ?? -1] ?? anywhere();
  }

  /** Pending trials count among the others, which keeps later draws away from them. */
  #split(pending: readonly Float64Array[]): { good: ParzenEstimator; others: ParzenEstimator } {
    const count = this.#points.length;
    const goodCount = Math.max(1, Math.min(MOST_GOOD, Math.ceil(GOOD_SHARE * count)));
    const best = leastPositions(Float64Array.from(this.#costs), goodCount);
    const good = best.map((i) => this.#points[i] as Float64Array);
    const isGood = new Set(best);
    const rest = this.#points.filter((_, i) => !isGood.has(i));
    return {
      good: new ParzenEstimator(this.#space, good),
      others: new ParzenEstimator(this.#space, [...thinned(rest), ...pending]),
    };
  }
}

function thinned(points: readonly Float64Array[]): readonly Float64Array[] {
  if (points.length <= MOST_OTHERS) return points;
  const earlier = points.length - NEWEST;
  const kept = MOST_OTHERS - NEWEST;
  const spread = Array.from({ length: kept }, (_, k) => points[Math.floor((k * earlier) / kept)] as Float64Array);
  return [...spread, ...points.slice(earlier)];
}
