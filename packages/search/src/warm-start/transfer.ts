import type { Hyperparameters } from '../gp/hyperparameters.js';
import { priorMode } from '../gp/hyperparameters.js';
import { type KernelLayout, kernelLayout, relevantDimension } from '../gp/kernel.js';
import { scaleOutcomes } from '../gp/outcome-scale.js';
import type { Posterior } from '../gp/posterior.js';
import { chooseSubset } from '../gp/subset.js';
import { type Observations, Surrogate } from '../gp/surrogate.js';
import type { SearchSpace } from '../space.js';
import type { PriorObservation } from './prior-observations.js';
import { byParent } from './promising-points.js';

/** Trials of all parents together that the model keeps. */
const MOST_POINTS = 180;
const MOST_PARENTS = 5;
/** A parent with fewer results has no shape. */
const LEAST_COMPLETED = 3;
/** Where a parent's trials stand on the parent's own coordinate; outside of the cube, so that none is an incumbent. */
const ELSEWHERE = 2;
/** Fitting starts from parents that resemble the search: a correlation of exp(-1/5). */
const FIRST_RELEVANCE = 5;
/** Noise variance of a trial none of whose hyperparameters is known, in standardised units. */
const UNKNOWN_NOISE = 4;

/**
 * What related tuning jobs teach a Gaussian process. Every parent is a task of its own: a further coordinate in which its
 * trials differ from those of the search, with a correlation that is fitted along with everything else, so that a parent
 * that resembles the search counts as much as the search's own trials and one that does not counts for nothing. Each
 * parent's outcomes are on a scale of their own.
 */
export class Transfer {
  readonly layout: KernelLayout;
  readonly points: readonly Float64Array[];
  readonly values: Float64Array;
  readonly extraNoise: Float64Array;
  readonly #parentCount: number;
  readonly #expectation: Posterior;
  /** What the model has learnt from the parents alone. */
  readonly hyperparameters: Hyperparameters;

  private constructor(space: SearchSpace, parents: readonly (readonly PriorObservation[])[]) {
    const { dimension } = space;
    this.#parentCount = parents.length;
    const { numeric, categorical } = kernelLayout(space);
    this.layout = { numeric, categorical: [...categorical, ...parents.map((_, p) => dimension + p)] };
    const limit = Math.floor(MOST_POINTS / parents.length);
    const chosen = parents.map((own) => thinned(own, limit));
    this.points = chosen.flatMap((own, p) =>
      own.observations.map(({ point }) => {
        const widened = this.widen(point);
        widened[dimension + p] = ELSEWHERE;
        return widened;
      }),
    );
    this.values = Float64Array.from(chosen.flatMap((own) => own.values));
    this.extraNoise = Float64Array.from(chosen.flatMap((own) => own.extraNoise));
    const surrogate = new Surrogate(this.layout, firstHyperparameters(this.layout, parents.length));
    this.#expectation = surrogate.condition(this, 1);
    this.hyperparameters = surrogate.hyperparameters;
  }

  /** @returns undefined when there is nothing to learn from. */
  static from(space: SearchSpace, observations: readonly PriorObservation[]): Transfer | undefined {
    const parents = byParent(observations)
      .filter((own) => own.filter(({ cost }) => !Number.isNaN(cost)).length >= LEAST_COMPLETED)
      .slice(0, MOST_PARENTS);
    return parents.length === 0 ? undefined : new Transfer(space, parents);
  }

  /** A point of the search itself in the coordinates of the model. */
  widen(point: Float64Array): Float64Array {
    const widened = new Float64Array(point.length + this.#parentCount);
    widened.set(point);
    return widened;
  }

  /**
   * Adds the search's own observations to the parents', moved to where the parents would lead one to expect outcomes at
   * these points: the same mean and spread.
   *
   * @param own widened points, and standardised values.
   * @param haveAllFailed then they count as bad as the worst of the parents.
   */
  extend(own: Observations, haveAllFailed: boolean): { observations: Observations; stretch: number; shift: number } {
    const expected = own.points.map((point) => this.#expectation.mean(point));
    const [expectedMean, expectedDeviation] = moments(expected);
    const [mean, deviation] = moments([...own.values]);
    const stretch = deviation > 0 ? Math.max(LEAST_DEVIATION, expectedDeviation) / deviation : 1;
    const shift = (haveAllFailed ? Math.max(...this.values) : expectedMean) - stretch * mean;
    const observations = {
      points: [...this.points, ...own.points],
      values: Float64Array.of(...this.values, ...own.values.map((value) => stretch * value + shift)),
      extraNoise: Float64Array.of(...this.extraNoise, ...own.extraNoise.map((noise) => noise * stretch * stretch)),
    };
    return { observations, stretch, shift };
  }
}

/** However alike the parents expect the outcomes to be, they are not taken to differ by less. */
const LEAST_DEVIATION = 0.1;

function firstHyperparameters(layout: KernelLayout, parentCount: number): Hyperparameters {
  const start = priorMode(relevantDimension(layout));
  start.lengthscales.fill(FIRST_RELEVANCE, start.lengthscales.length - parentCount);
  return start;
}

function thinned(own: readonly PriorObservation[], limit: number) {
  const { values, unit } = scaleOutcomes(Float64Array.from(own, ({ cost }) => cost));
  const members = chooseSubset(values, limit, (i, j) =>
    distance((own[i] as PriorObservation).point, (own[j] as PriorObservation).point),
  );
  const observations = members.map((i) => own[i] as PriorObservation);
  return {
    observations,
    values: members.map((i) => values[i] as number),
    extraNoise: observations.map(
      ({ standardError, unknownShare }) => Math.min(1e4, (standardError * unit) ** 2) + UNKNOWN_NOISE * unknownShare,
    ),
  };
}

function distance(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, unit, k) => sum + (unit - (b[k] as number)) ** 2, 0);
}

function moments(values: readonly number[]): [mean: number, deviation: number] {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0))];
}
