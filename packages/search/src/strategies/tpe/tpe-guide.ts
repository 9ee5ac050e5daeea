import { leastPositions } from '../../least-positions.js';
import { randomStream } from '../../random-stream.js';
import { SobolSequence } from '../../sobol-sequence.js';
import type { SearchSpace } from '../../space.js';
import type { Trial } from '../../trial-ledger.js';
import type { Guide } from '../guided-draws.js';
import { ParzenEstimator } from './parzen-estimator.js';

const GOOD_SHARE = 0.15;
const MOST_GOOD = 25;
/** Others that the second density is made of: the newest, and a spread of the earlier ones. */
const MOST_OTHERS = 400;
const NEWEST = 100;
const CANDIDATE_COUNT = 48;

interface TpeGuideOptions {
  readonly space: SearchSpace;
  readonly seed: number;
  readonly definition: number;
  /** Points that the design begins with. */
  readonly promising: readonly Float64Array[];
  /** How far a trial got: one that got further is better, whatever its cost. All the same when left out. */
  readonly levelOf?: (trial: Trial) => number;
  /** Trials that are spread evenly before the densities are asked. */
  readonly designSize: number;
  /** Share of the draws that are made anywhere, blind to the densities; none when left out. */
  readonly blindShare?: number;
}

/** The densities of one space's good and other trials. */
export class TpeGuide implements Guide {
  readonly #options: TpeGuideOptions;
  readonly #design: SobolSequence;
  readonly #points: Float64Array[] = [];
  readonly #costs: number[] = [];
  readonly #levels: number[] = [];

  constructor(options: TpeGuideOptions) {
    this.#options = options;
    this.#design = new SobolSequence(options.space.dimension, options.seed, `tpe design ${options.definition}`);
  }

  observe(point: Float64Array, cost: number, trial?: Trial): void {
    this.#points.push(point);
    // Failed trials rank behind all others.
    this.#costs.push(Number.isNaN(cost) ? Number.POSITIVE_INFINITY : cost);
    const level = trial && this.#options.levelOf ? this.#options.levelOf(trial) : Number.POSITIVE_INFINITY;
    this.#levels.push(Number.isNaN(cost) ? Number.NEGATIVE_INFINITY : level);
  }

  propose(index: number, pending: readonly Float64Array[]): (attempt: number) => ArrayLike<number> {
    const { space, seed, definition, promising, designSize, blindShare = 0 } = this.#options;
    const stream = randomStream(seed, 'tpe', definition, index);
    const anywhere = () => Float64Array.from(space.axes, () => stream.uniform());
    const begun = this.#points.length + pending.length;
    if (this.#points.length < 2 || begun < designSize) {
      return (attempt) => (attempt === 0 ? (promising[begun] ?? this.#design.point(begun)) : anywhere());
    }
    if (blindShare > 0 && stream.uniform() < blindShare) return anywhere;
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
    const best = this.#best(goodCount);
    const good = best.map((i) => this.#points[i] as Float64Array);
    const isGood = new Set(best);
    const rest = this.#points.filter((_, i) => !isGood.has(i));
    return {
      good: new ParzenEstimator(this.#options.space, good),
      others: new ParzenEstimator(this.#options.space, [...thinned(rest), ...pending]),
    };
  }

  /** Positions of the best trials: those that got furthest first, by their cost among equals. */
  #best(count: number): number[] {
    const best: number[] = [];
    for (const level of [...new Set(this.#levels)].sort((a, b) => b - a)) {
      const members = Array.from(this.#levels.keys()).filter((i) => this.#levels[i] === level);
      const costs = Float64Array.from(members, (i) => this.#costs[i] as number);
      for (const position of leastPositions(costs, count - best.length)) best.push(members[position] as number);
      if (best.length >= count) break;
    }
    return best;
  }
}

function thinned(points: readonly Float64Array[]): readonly Float64Array[] {
  if (points.length <= MOST_OTHERS) return points;
  const earlier = points.length - NEWEST;
  const kept = MOST_OTHERS - NEWEST;
  const spread = Array.from({ length: kept }, (_, k) => points[Math.floor((k * earlier) / kept)] as Float64Array);
  return [...spread, ...points.slice(earlier)];
}
