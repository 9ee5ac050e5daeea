import { type FitData, fitHyperparameters } from './fit.js';
import { type Hyperparameters, priorMode } from './hyperparameters.js';
import { type KernelLayout, relevantDimension } from './kernel.js';
import { Posterior } from './posterior.js';
import { chooseSubset } from './subset.js';

/** Observations the posterior is built from after a refit; it grows from there until the next one. */
const POSTERIOR_LIMIT = 400;
/** Observations that hyperparameters are fitted to. */
const FIT_LIMIT = 160;
/** Observations that the first fit of a long history starts from, before it goes on with the full number. */
const COARSE_LIMIT = 64;
/** Multiply-adds that one fit may cost, which bounds the time of a suggestion without looking at a clock. */
const FIT_WORK = 2e7;

export interface Observations {
  /** Only ever grows at its end. */
  readonly points: readonly Float64Array[];
  /** Standardised; all may change from call to call. */
  readonly values: Float64Array;
  readonly extraNoise: Float64Array;
}

/** A posterior under one of the lengthscale factors. */
interface View {
  readonly posterior: Posterior;
  /** Positions of the observations inside the posterior, in its order. */
  readonly members: number[];
  knownCount: number;
}

/**
 * The Gaussian process of one search space as observations come in. Hyperparameters are fitted again when the history
 * has grown by an eighth, from where they stood; in between, the factor only grows by the new rows.
 */
export class Surrogate {
  readonly #layout: KernelLayout;
  #hyperparameters: Hyperparameters;
  /** Observations that were there before the search began; they do not count when its history grows. */
  readonly #priorCount: number;
  #fittedCount: number | undefined;
  /** By lengthscale factor; emptied when the hyperparameters change. */
  readonly #views = new Map<number, View>();

  constructor(layout: KernelLayout, start: Hyperparameters = priorMode(relevantDimension(layout)), priorCount = 0) {
    this.#layout = layout;
    this.#hyperparameters = start;
    this.#priorCount = priorCount;
  }

  get hyperparameters(): Hyperparameters {
    return this.#hyperparameters;
  }

  /**
   * The posterior given all observations, without pending points. At least one observation.
   *
   * @param factor multiplies the fitted lengthscales.
   */
  condition(observations: Observations, factor: number): Posterior {
    if (this.#isOutgrown(observations.points.length)) this.#refit(observations);
    const { posterior, members } = this.#upToDate(factor, observations);
    posterior.setValues(Float64Array.from(members, (i) => observations.values[i] as number));
    return posterior;
  }

  #isOutgrown(count: number): boolean {
    if (this.#fittedCount === undefined) return true;
    const step = Math.floor((this.#fittedCount - this.#priorCount) / 8);
    return count - this.#fittedCount >= Math.max(1, Math.min(100, step));
  }

  #refit(observations: Observations): void {
    const count = observations.points.length;
    const distance = this.#distanceBetween(observations.points);
    if (this.#fittedCount === undefined && count > 2 * COARSE_LIMIT) this.#fit(observations, COARSE_LIMIT, distance);
    this.#fit(observations, FIT_LIMIT, distance);
    this.#fittedCount = count;
    this.#views.clear();
  }

  #upToDate(factor: number, observations: Observations): View {
    const count = observations.points.length;
    const known = this.#views.get(factor);
    if (known !== undefined) {
      known.posterior.dropPending();
      for (let i = known.knownCount; i < count; i++) add(known, observations, i);
      known.knownCount = count;
      return known;
    }
    const lengthscales = this.#hyperparameters.lengthscales.map((lengthscale) => factor * lengthscale);
    const capacity = Math.min(count, POSTERIOR_LIMIT) + 16;
    const posterior = new Posterior(this.#layout, { ...this.#hyperparameters, lengthscales }, capacity);
    const view: View = { posterior, members: [], knownCount: count };
    const distance = this.#distanceBetween(observations.points);
    for (const i of chooseSubset(observations.values, POSTERIOR_LIMIT, distance)) add(view, observations, i);
    this.#views.set(factor, view);
    return view;
  }

  #fit(observations: Observations, limit: number, distance: (i: number, j: number) => number): void {
    const data = pick(this.#layout, observations, chooseSubset(observations.values, limit, distance));
    const n = data.points.length;
    const start = priorMode(relevantDimension(this.#layout));
    const starts = n <= 40 ? [this.#hyperparameters, start] : [this.#hyperparameters];
    const maxEvaluations = Math.max(8, Math.min(60, Math.floor(FIT_WORK / (n * n * n + 1))));
    this.#hyperparameters = fitHyperparameters(data, starts, maxEvaluations);
  }

  /** Squared distance in lengthscales. */
  #distanceBetween(points: readonly Float64Array[]): (i: number, j: number) => number {
    const { numeric, categorical } = this.#layout;
    const { lengthscales } = this.#hyperparameters;
    return (i, j) => {
      const a = points[i] as Float64Array;
      const b = points[j] as Float64Array;
      let sum = 0;
      for (let position = 0; position < numeric.length; position++) {
        const k = numeric[position] as number;
        const difference = ((a[k] as number) - (b[k] as number)) / (lengthscales[position] as number);
        sum += difference * difference;
      }
      for (let position = 0; position < categorical.length; position++) {
        const k = categorical[position] as number;
        if (a[k] !== b[k]) sum += 1 / (lengthscales[numeric.length + position] as number);
      }
      return sum;
    };
  }
}

function add({ posterior, members }: View, { points, extraNoise }: Observations, i: number): void {
  posterior.addObserved(points[i] as Float64Array, extraNoise[i] as number);
  members.push(i);
}

function pick(layout: KernelLayout, observations: Observations, members: readonly number[]): FitData {
  return {
    layout,
    points: members.map((i) => observations.points[i] as Float64Array),
    values: Float64Array.from(members, (i) => observations.values[i] as number),
    extraNoise: Float64Array.from(members, (i) => observations.extraNoise[i] as number),
  };
}
