import { randomStream } from '../random-stream.js';
import type { SearchSpace } from '../space.js';
import type { SearchProblem, Strategy } from '../strategy.js';
import { Coordinates } from './cma-es/coordinates.js';
import { EvolvingDistribution } from './cma-es/evolving-distribution.js';
import { type Guide, GuidedDraws } from './guided-draws.js';

/**
 * Covariance matrix adaptation (Hansen 2016): draws from a normal distribution that moves to, and takes the shape of,
 * where the better of each generation lie. A generation is full when as many outcomes came in as it has members,
 * whichever were asked for first, so that a slow trial holds nobody up. It starts again elsewhere, with twice the
 * members, when it has come to rest.
 */
export function createCmaEs(problem: SearchProblem): Strategy {
  return new GuidedDraws(
    problem,
    (space, definition, promising) => new CmaEsGuide(space, problem.seed, definition, promising[0]),
  );
}

/** Draws outside of the cube are redrawn this often, then moved to its boundary. */
const REDRAWS = 10;
/** Generations without a better outcome after which the search starts again, beside 30 d / members. */
const PATIENCE = 10;
const MOST_DOUBLINGS = 4;

class CmaEsGuide implements Guide {
  readonly #seed: number;
  readonly #definition: number;
  readonly #coordinates: Coordinates;
  #distribution: EvolvingDistribution;
  #generation: { point: Float64Array; cost: number }[] = [];
  #restarts = 0;
  #idleGenerations = 0;
  #leastCost = Number.POSITIVE_INFINITY;
  /** Where the first distribution stands, in the cube; its centre when nothing is known. */
  readonly #start: Float64Array | undefined;

  constructor(space: SearchSpace, seed: number, definition: number, start: Float64Array | undefined) {
    this.#seed = seed;
    this.#definition = definition;
    this.#coordinates = new Coordinates(space);
    this.#start = start && this.#coordinates.fromUnit(start);
    this.#distribution = this.#newDistribution();
  }

  observe(point: Float64Array, cost: number): void {
    this.#generation.push({
      point: this.#coordinates.fromUnit(point),
      cost: Number.isNaN(cost) ? Number.POSITIVE_INFINITY : cost,
    });
    if (this.#generation.length < this.#distribution.memberCount) return;
    const ranked = this.#generation.sort((a, b) => (a.cost === b.cost ? 0 : a.cost - b.cost));
    this.#generation = [];
    this.#distribution.update(ranked.map((member) => member.point));
    this.#startAgainWhenIdle(ranked.map((member) => member.cost));
  }

  propose(index: number): (attempt: number) => ArrayLike<number> {
    const stream = randomStream(this.#seed, 'cma-es', this.#definition, index);
    const { dimension } = this.#coordinates;
    return (attempt) => {
      // Where all that is near has been seen, look ever further away.
      const widening = 1.2 ** Math.floor(attempt / 8);
      let drawn = this.#distribution.draw(stream, widening);
      for (let redraw = 0; redraw < REDRAWS && !isInside(drawn, dimension); redraw++) {
        drawn = this.#distribution.draw(stream, widening);
      }
      return this.#coordinates.toUnit(drawn.map((value) => Math.min(1, Math.max(0, value))));
    };
  }

  #startAgainWhenIdle(costs: readonly number[]): void {
    const [best, worst] = [costs[0] as number, costs.at(-1) as number];
    this.#idleGenerations = best < this.#leastCost ? 0 : this.#idleGenerations + 1;
    this.#leastCost = Math.min(this.#leastCost, best);
    const patience = PATIENCE + (30 * this.#coordinates.dimension) / this.#distribution.memberCount;
    const isFlat = this.#idleGenerations > 1 && worst - best <= 1e-12 * Math.abs(best);
    if (this.#idleGenerations <= patience && !isFlat && !this.#distribution.isAtRest()) return;
    this.#restarts++;
    this.#idleGenerations = 0;
    this.#leastCost = Number.POSITIVE_INFINITY;
    this.#distribution = this.#newDistribution();
  }

  #newDistribution(): EvolvingDistribution {
    const stream = randomStream(this.#seed, 'cma-es start', this.#definition, this.#restarts);
    const { dimension, leastDeviations } = this.#coordinates;
    const first = this.#start ?? new Float64Array(dimension).fill(0.5);
    const mean = this.#restarts === 0 ? first.slice() : Float64Array.from(first, () => stream.uniform());
    const growth = 2 ** Math.min(this.#restarts, MOST_DOUBLINGS);
    return new EvolvingDistribution({ mean, leastDeviations, growth });
  }
}

function isInside(point: Float64Array, dimension: number): boolean {
  for (let k = 0; k < dimension; k++) if ((point[k] as number) < 0 || (point[k] as number) > 1) return false;
  return true;
}
