import { Cholesky } from '../linear-algebra/cholesky.js';
import { dot } from '../linear-algebra/vector.js';
import { residualWeights } from './fit.js';
import type { Hyperparameters } from './hyperparameters.js';
import { Kernel, type KernelLayout } from './kernel.js';

export interface Prediction {
  readonly mean: number;
  /** Of the function itself, without observation noise. */
  readonly variance: number;
}

/**
 * A Gaussian process conditioned on observations and on pending points. Pending points are believed to come out at
 * their present mean (kriging believer): that leaves all means as they are and shrinks the variance around them.
 */
export class Posterior {
  readonly kernel: Kernel;
  readonly #noiseVariance: number;
  readonly #factor: Cholesky;
  #projected: Float64Array;
  readonly #noise: number[] = [];
  /** 1 / (signal variance + noise) of each point. */
  readonly #precisions: number[] = [];
  /** Positions of the observed points that lie in the cube. */
  readonly #inside: number[] = [];
  #observedCount = 0;
  #mean = 0;
  #alpha: Float64Array = new Float64Array(0);
  #values: Float64Array = new Float64Array(0);
  #believedMeans: number[] = [];
  readonly #query: Float64Array;
  #covariances = new Float64Array(0);

  constructor(layout: KernelLayout, hyperparameters: Hyperparameters, capacity = 16) {
    this.kernel = new Kernel(layout, hyperparameters);
    this.#noiseVariance = hyperparameters.noiseVariance;
    this.#factor = new Cholesky(capacity);
    this.#projected = new Float64Array(capacity * this.kernel.width);
    this.#query = new Float64Array(this.kernel.width);
  }

  get observedCount(): number {
    return this.#observedCount;
  }

  /** Observed and pending. */
  get size(): number {
    return this.#factor.size;
  }

  /**
   * Adds an observed point; its value comes with {@link setValues}. Pending points must be added after the observed ones.
   * Points outside of the unit cube are data, but not what a search improves upon.
   */
  addObserved(point: Float64Array, extraNoise: number): void {
    if (point.every((unit) => unit >= 0 && unit <= 1)) this.#inside.push(this.#observedCount);
    this.#append(point, extraNoise);
    this.#observedCount++;
  }

  /** Sets the values of all observed points, in the order in which they were added. */
  setValues(values: Float64Array): void {
    const { mean, alpha } = residualWeights(this.#factor, values, new Float64Array(values.length).fill(1));
    this.#mean = mean;
    this.#alpha = alpha;
    this.#values = values.slice();
  }

  addPending(point: Float64Array): void {
    this.#believedMeans.push(this.mean(point));
    this.#append(point, 0);
  }

  dropPending(): void {
    this.#factor.truncate(this.#observedCount);
    this.#noise.length = this.#observedCount;
    this.#precisions.length = this.#observedCount;
    this.#believedMeans = [];
  }

  /**
   * The lowest posterior mean at the points of the cube observed or pending: the incumbent that noise does not fool.
   * Infinity without any.
   */
  leastMean(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const i of this.#inside) {
      // At a training point, K alpha = (values - mean) - noise alpha.
      const fitted = (this.#values[i] as number) - (this.#noise[i] as number) * (this.#alpha[i] as number);
      if (fitted < least) least = fitted;
    }
    for (const mean of this.#believedMeans) if (mean < least) least = mean;
    return least;
  }

  /**
   * Log density of the values of the observed points from position `from` on, given those before, up to the constant
   * that every model of as many values has in common. To be asked before pending points are added.
   */
  logDensity(from: number): number {
    const innovations = this.#values.map((value) => value - this.#mean);
    const n = innovations.length;
    this.#factor.solveLower(innovations);
    let sum = 0;
    for (let i = from; i < n; i++) sum -= 0.5 * (innovations[i] as number) ** 2 + Math.log(this.#factor.at(i, i));
    return sum;
  }

  mean(point: Float64Array): number {
    this.#prepare(point);
    return this.#mean + dot(this.#covariances, 0, this.#alpha, 0, this.#observedCount);
  }

  /** The mean, and a variance that is never too small: what the best single neighbour leaves over. O(n d). */
  roughly(point: Float64Array): Prediction {
    this.#prepare(point);
    const covariances = this.#covariances;
    const precisions = this.#precisions;
    const size = this.#factor.size;
    let explained = 0;
    for (let i = 0; i < size; i++) {
      const covariance = covariances[i] as number;
      explained = Math.max(explained, covariance * covariance * (precisions[i] as number));
    }
    return {
      mean: this.#mean + dot(covariances, 0, this.#alpha, 0, this.#observedCount),
      variance: this.kernel.signalVariance - explained,
    };
  }

  /** O(n^2) */
  predict(point: Float64Array): Prediction {
    this.#prepare(point);
    const mean = this.#mean + dot(this.#covariances, 0, this.#alpha, 0, this.#observedCount);
    const solved = this.#covariances;
    this.#factor.solveLower(solved);
    return { mean, variance: this.#remaining(dot(solved, 0, solved, 0, this.#factor.size)) };
  }

  /**
   * The prediction, and a function that adds the gradient of `a mean + b variance` by the numeric coordinates, in the
   * order of the kernel's layout. O(n^2)
   */
  predictWithGradient(
    point: Float64Array,
  ): Prediction & { addGradient: (a: number, b: number, gradient: Float64Array) => void } {
    this.#prepare(point);
    const n = this.#factor.size;
    const mean = this.#mean + dot(this.#covariances, 0, this.#alpha, 0, this.#observedCount);
    const solved = this.#covariances.slice(0, n);
    this.#factor.solveLower(solved);
    const variance = this.#remaining(dot(solved, 0, solved, 0, n));
    const query = this.#query.slice();
    return {
      mean,
      variance,
      addGradient: (a, b, gradient) => {
        this.#factor.solveUpper(solved);
        const weights = solved.map((weight, i) => -2 * b * weight + a * (this.#alpha[i] ?? 0));
        this.kernel.addGradient(query, this.#projected, n, weights, gradient);
      },
    };
  }

  #append(point: Float64Array, extraNoise: number): void {
    const n = this.#factor.size;
    this.#prepare(point);
    this.#reserve(n + 1);
    this.kernel.project(point, this.#projected, n * this.kernel.width);
    const noise = this.#noiseVariance + extraNoise;
    this.#noise.push(noise);
    this.#precisions.push(1 / (this.kernel.signalVariance + noise));
    this.#factor.append(this.#covariances, this.kernel.signalVariance + noise);
  }

  #prepare(point: Float64Array): void {
    const n = this.#factor.size;
    if (this.#covariances.length < n) this.#covariances = new Float64Array(2 * n);
    this.kernel.project(point, this.#query, 0);
    this.kernel.covariances(this.#query, this.#projected, n, this.#covariances);
  }

  #remaining(explained: number): number {
    return Math.max(this.kernel.signalVariance - explained, 1e-14 * this.kernel.signalVariance);
  }

  #reserve(size: number): void {
    const needed = size * this.kernel.width;
    if (needed <= this.#projected.length) return;
    const grown = new Float64Array(2 * needed);
    grown.set(this.#projected);
    this.#projected = grown;
  }
}
