import { Cholesky } from '../../linear-algebra/cholesky.js';
import type { RandomStream } from '../../random-stream.js';

/** Past this many coordinates only variances are adapted (Ros and Hansen 2008): a full matrix would learn too slowly. */
const MOST_FULL_DIMENSION = 30;
const FIRST_STEP = 1 / 6;
const LEAST_STEP = 1e-9;
/** The whole cube. */
const LARGEST_STEP = 1;
const MOST_CONDITION = 1e14;

/** The strategy parameters of Hansen (2016), table 1, without negative weights. */
interface Rates {
  readonly weights: readonly number[];
  /** Variance-effective number of parents. */
  readonly parents: number;
  readonly stepPath: number;
  readonly damping: number;
  readonly shapePath: number;
  readonly rankOne: number;
  readonly rankMany: number;
}

/** A multivariate normal distribution that learns from ranked generations. */
export class EvolvingDistribution {
  readonly memberCount: number;
  readonly #dimension: number;
  readonly #rates: Rates;
  readonly #leastDeviations: Float64Array;
  readonly #isSeparable: boolean;
  readonly #factor: Cholesky;
  #mean: Float64Array;
  #step = FIRST_STEP;
  /** Row-major; only the diagonal where the distribution is separable. */
  readonly #covariance: Float64Array;
  #stepPath: Float64Array;
  #shapePath: Float64Array;
  #generations = 0;

  /** @param start `growth` multiplies the usual number of members of a generation. */
  constructor(start: { mean: Float64Array; leastDeviations: Float64Array; growth: number }) {
    const dimension = start.mean.length;
    this.#dimension = dimension;
    this.#isSeparable = dimension > MOST_FULL_DIMENSION;
    this.memberCount = start.growth * (4 + Math.floor(3 * Math.log(dimension)));
    this.#rates = ratesFor(dimension, this.memberCount, this.#isSeparable);
    this.#leastDeviations = start.leastDeviations;
    this.#mean = start.mean;
    this.#stepPath = new Float64Array(dimension);
    this.#shapePath = new Float64Array(dimension);
    this.#factor = new Cholesky(this.#isSeparable ? 1 : dimension);
    this.#covariance = new Float64Array(this.#isSeparable ? dimension : dimension * dimension);
    for (let k = 0; k < dimension; k++) this.#covariance[this.#diagonal(k)] = 1;
    this.#decompose();
  }

  /** @param widening multiplies all standard deviations. */
  draw(stream: RandomStream, widening: number): Float64Array {
    const normal = Float64Array.from({ length: this.#dimension }, () => stream.normal());
    const shaped = this.#shape(normal);
    return this.#mean.map((mean, k) => mean + widening * this.#step * (shaped[k] as number));
  }

  /** @param ranked as many points as a generation has members, the best first. */
  update(ranked: readonly Float64Array[]): void {
    const { weights, parents, stepPath, damping, shapePath, rankOne, rankMany } = this.#rates;
    const d = this.#dimension;
    this.#generations++;
    const steps = weights.map((_, i) => this.#stepTo(ranked[i] as Float64Array));
    const move = new Float64Array(d);
    steps.forEach((step, i) => {
      for (let k = 0; k < d; k++) move[k] = (move[k] as number) + (weights[i] as number) * (step[k] as number);
    });
    this.#mean = this.#mean.map((mean, k) => Math.min(1, Math.max(0, mean + this.#step * (move[k] as number))));

    const white = this.#unshape(move);
    const stepGain = Math.sqrt(stepPath * (2 - stepPath) * parents);
    this.#stepPath = this.#stepPath.map((path, k) => (1 - stepPath) * path + stepGain * (white[k] as number));
    const pathLength = Math.hypot(...this.#stepPath);
    const expectedLength = Math.sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d * d));
    const decay = Math.sqrt(1 - (1 - stepPath) ** (2 * this.#generations));
    const isSteady = pathLength / decay < (1.4 + 2 / (d + 1)) * expectedLength;
    const shapeGain = isSteady ? Math.sqrt(shapePath * (2 - shapePath) * parents) : 0;
    this.#shapePath = this.#shapePath.map((path, k) => (1 - shapePath) * path + shapeGain * (move[k] as number));
    const lost = isSteady ? 0 : rankOne * shapePath * (2 - shapePath);
    this.#adaptCovariance(steps, 1 - rankOne - rankMany + lost);
    const growth = Math.exp(Math.min(1, (stepPath / damping) * (pathLength / expectedLength - 1)));
    this.#step = Math.min(LARGEST_STEP, this.#step * growth);
    this.#keepDeviations();
    this.#decompose();
  }

  /** True when the distribution has become too small, or too long and thin, to learn anything more. */
  isAtRest(): boolean {
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    for (let k = 0; k < this.#dimension; k++) {
      const variance = this.#covariance[this.#diagonal(k)] as number;
      least = Math.min(least, variance);
      most = Math.max(most, variance);
    }
    return this.#step * Math.sqrt(most) < LEAST_STEP || !(most / least < MOST_CONDITION);
  }

  /**
   * In steps from the mean. Points that did not come from this distribution are drawn nearer, to where its own would
   * lie (Hansen 2011), or one late outcome from before a restart would tear it apart.
   */
  #stepTo(point: Float64Array): Float64Array {
    const step = point.map((value, k) => (value - (this.#mean[k] as number)) / this.#step);
    const length = Math.hypot(...this.#unshape(step));
    const longest = Math.sqrt(this.#dimension) + (2 * this.#dimension) / (this.#dimension + 2);
    return length > longest ? step.map((value) => (value * longest) / length) : step;
  }

  #adaptCovariance(steps: readonly Float64Array[], kept: number): void {
    const { weights, rankOne, rankMany } = this.#rates;
    const path = this.#shapePath;
    const adapted = (i: number, j: number, before: number) => {
      let many = 0;
      for (let s = 0; s < steps.length; s++) {
        const step = steps[s] as Float64Array;
        many += (weights[s] as number) * (step[i] as number) * (step[j] as number);
      }
      return kept * before + rankOne * (path[i] as number) * (path[j] as number) + rankMany * many;
    };
    for (let i = 0; i < this.#dimension; i++) {
      for (let j = this.#isSeparable ? i : 0; j <= i; j++) {
        const at = this.#isSeparable ? i : i * this.#dimension + j;
        this.#covariance[at] = adapted(i, j, this.#covariance[at] as number);
      }
    }
  }

  /** Widens coordinates along which the distribution has become too narrow to change a discrete value. */
  #keepDeviations(): void {
    this.#leastDeviations.forEach((least, k) => {
      const at = this.#diagonal(k);
      const leastVariance = (least / this.#step) ** 2;
      if ((this.#covariance[at] as number) < leastVariance) this.#covariance[at] = leastVariance;
    });
  }

  #decompose(): void {
    if (!this.#isSeparable) this.#factor.factorise(this.#covariance, this.#dimension);
  }

  #diagonal(k: number): number {
    return this.#isSeparable ? k : k * this.#dimension + k;
  }

  /** Turns independent normal numbers into a step of the distribution's shape. */
  #shape(normal: Float64Array): Float64Array {
    if (this.#isSeparable) return normal.map((value, k) => value * Math.sqrt(this.#covariance[k] as number));
    return normal.map((_, row) => {
      let sum = 0;
      for (let column = 0; column <= row; column++) sum += this.#factor.at(row, column) * (normal[column] as number);
      return sum;
    });
  }

  #unshape(step: Float64Array): Float64Array {
    if (this.#isSeparable) return step.map((value, k) => value / Math.sqrt(this.#covariance[k] as number));
    const white = step.slice();
    this.#factor.solveLower(white);
    return white;
  }
}

function ratesFor(dimension: number, memberCount: number, isSeparable: boolean): Rates {
  const raw = Array.from({ length: Math.floor(memberCount / 2) }, (_, i) => Math.log((memberCount + 1) / 2 / (i + 1)));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  const weights = raw.map((weight) => weight / total);
  const parents = 1 / weights.reduce((sum, weight) => sum + weight * weight, 0);
  const stepPath = (parents + 2) / (dimension + parents + 5);
  const damping = 1 + 2 * Math.max(0, Math.sqrt((parents - 1) / (dimension + 1)) - 1) + stepPath;
  const shapePath = (4 + parents / dimension) / (dimension + 4 + (2 * parents) / dimension);
  // Fewer numbers to learn are learnt faster.
  const speed = isSeparable ? (dimension + 2) / 3 : 1;
  const rankOne = Math.min(0.5, (speed * 2) / ((dimension + 1.3) ** 2 + parents));
  const many = (speed * 2 * (parents - 2 + 1 / parents)) / ((dimension + 2) ** 2 + parents);
  return { weights, parents, stepPath, damping, shapePath, rankOne, rankMany: Math.min(1 - rankOne, many) };
}
