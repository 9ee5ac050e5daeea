import { kernelLayout } from '../../gp/kernel.js';
import type { Posterior } from '../../gp/posterior.js';
import { type Observations, Surrogate } from '../../gp/surrogate.js';
import { leastPositions } from '../../least-positions.js';
import { SobolSequence } from '../../sobol-sequence.js';
import type { SearchSpace } from '../../space.js';
import type { SearchProblem } from '../../strategy.js';
import type { Trial } from '../../trial-ledger.js';
import type { PriorObservation } from '../../warm-start/prior-observations.js';
import { promisingPoints } from '../../warm-start/promising-points.js';
import { Transfer } from '../../warm-start/transfer.js';

const LEAST_DESIGN = 6;
const LARGEST_DESIGN = 20;
/** The best observed points, around which candidates are drawn. */
const CENTRE_COUNT = 5;
/** Variance in standardised units past which an observation says nothing. */
const LARGEST_NOISE = 1e4;
/** Points of related parents around which candidates are drawn too. */
const PROMISING_COUNT = 3;

/** Own trials before which parents are believed. */
const LEAST_JUDGED = 3;
/** Own trials after which parents are no longer asked. */
const MOST_JUDGED = 200;
/** Suggestions, counted from 0, that are spread evenly although parents say where to look: they show whether that holds. */
const PROBES: ReadonlySet<number> = new Set([1, 4]);

interface Conditioned {
  readonly posterior: Posterior;
  /** The model's values are `stretch` times those given plus `shift`. */
  readonly stretch: number;
  readonly shift: number;
}

/** One training-job definition: what is known about it, and its model. */
export class Arm {
  readonly definition: number;
  readonly space: SearchSpace;
  readonly design: SobolSequence;
  readonly #designSize: number;
  /** The model of the arm's own trials, and the one that parents are part of. */
  readonly #alone: Surrogate;
  readonly #together: Surrogate;
  readonly transfer: Transfer | undefined;
  /** In the order told, those of an identical parent first; the surrogate relies on that. */
  readonly points: Float64Array[] = [];
  /** Lower is better; NaN for a failed trial. */
  readonly costs: number[] = [];
  /** Whether parents explained the arm's own outcomes better than those explain themselves, when last asked. */
  #trustsParents: boolean;
  readonly #standardErrors: number[] = [];
  readonly #promising: readonly Float64Array[];

  constructor(problem: SearchProblem, definition: number, space: SearchSpace, priors: readonly PriorObservation[]) {
    const isIdentical = problem.warmStart === 'IdenticalDataAndAlgorithm';
    this.definition = definition;
    this.space = space;
    this.design = new SobolSequence(space.dimension, problem.seed, `design ${definition}`);
    this.transfer = isIdentical ? undefined : Transfer.from(space, priors);
    this.#alone = new Surrogate(kernelLayout(space));
    this.#together = this.transfer
      ? new Surrogate(this.transfer.layout, this.transfer.hyperparameters, this.transfer.points.length)
      : this.#alone;
    this.#promising = this.transfer ? promisingPoints(priors, PROMISING_COUNT) : [];
    if (isIdentical) for (const prior of priors) this.#observePrior(prior);
    this.#trustsParents = this.transfer !== undefined;
    this.#designSize = Math.max(0, designSize(space.dimension, problem.spaces.length) - this.completedCount);
  }

  /**
   * Point number `position` of the design, from 0. The first is the centre of all numeric ranges: people choose ranges
   * around what they believe in, and no point is as near to all others.
   */
  designPoint(position: number): Float64Array {
    const point = this.design.point(position);
    if (position > 0) return point;
    return point.map((unit, k) => (this.space.axes[k]?.range.kind === 'categorical' ? unit : 0.5));
  }

  /** How far the even spread is done with which a search begins, 1 for all, when so many suggestions were made. */
  explored(suggestedCount: number): number {
    if (this.#trustsParents) return PROBES.has(suggestedCount) ? 0 : 1;
    return this.#designSize === 0 ? 1 : suggestedCount / this.#designSize;
  }

  /** Trials with a value whose point lies inside the ranges. */
  get completedCount(): number {
    return this.points.filter((point, i) => !Number.isNaN(this.costs[i]) && isInside(point)).length;
  }

  /** @param cost lower is better; NaN teaches only that the region is bad. */
  observe({ suggestion, outcome }: Trial, cost: number): void {
    const point = this.space.encode(suggestion.configuration);
    const error = outcome?.kind === 'Completed' ? (outcome.standardError ?? 0) : 0;
    this.#add(
      this.transfer ? this.transfer.widen(point) : point,
      cost,
      Number.isFinite(error) && error > 0 ? error : 0,
    );
  }

  /** Good points to look around, given the values of the arm's own points. */
  centres(values: Float64Array): Float64Array[] {
    const best = leastPositions(values, CENTRE_COUNT).map((i) =>
      (this.points[i] as Float64Array).slice(0, this.space.dimension).map((unit) => Math.min(1, Math.max(0, unit))),
    );
    return [...best, ...this.#promising];
  }

  /**
   * The model given the arm's own points, and parents' where it has related ones, whose scale it then has.
   *
   * @param values of the arm's own points, standardised, and `unit` that of the objective on that scale.
   * @param factor multiplies the fitted lengthscales.
   */
  condition(values: Float64Array, unit: number, factor: number): Conditioned {
    const own = {
      points: this.points,
      values,
      extraNoise: Float64Array.from(this.#standardErrors, (error) => Math.min(LARGEST_NOISE, (error * unit) ** 2)),
    };
    const count = own.points.length;
    if (this.transfer === undefined || count > MOST_JUDGED) return this.#conditionAlone(own, factor);
    const { observations, stretch, shift } = this.transfer.extend(own, this.costs.every(Number.isNaN));
    // Parents have seen the valleys already.
    const together = { posterior: this.#together.condition(observations, 1), stretch, shift };
    if (count < LEAST_JUDGED) return together;
    const alone = this.#conditionAlone(own, factor);
    const advantage =
      together.posterior.logDensity(this.transfer.points.length) +
      count * Math.log(stretch) -
      alone.posterior.logDensity(0);
    this.#trustsParents = advantage > 0;
    return this.#trustsParents ? together : alone;
  }

  #conditionAlone(own: Observations, factor: number): Conditioned {
    return { posterior: this.#alone.condition(own, factor), stretch: 1, shift: 0 };
  }

  #observePrior({ point, cost, standardError, unknownShare }: PriorObservation): void {
    // Where a hyperparameter is not known, the function was another one.
    if (unknownShare === 0) this.#add(point, cost, standardError);
  }

  #add(point: Float64Array, cost: number, standardError: number): void {
    this.points.push(point);
    this.costs.push(cost);
    this.#standardErrors.push(standardError);
  }
}

function isInside(point: Float64Array): boolean {
  return point.every((unit) => unit >= 0 && unit <= 1);
}

/** A few more points than dimensions; several definitions share what one would get, but each is looked at. */
function designSize(dimension: number, definitionCount: number): number {
  const alone = Math.min(LARGEST_DESIGN, Math.max(LEAST_DESIGN, dimension + 3));
  return Math.min(alone, Math.max(4, Math.floor(LARGEST_DESIGN / definitionCount)));
}
