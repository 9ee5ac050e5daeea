import type { SearchSpace } from '../space.js';

const SQRT5 = Math.sqrt(5);

/** Which coordinates of a point the kernel looks at, and how. Ranges of a single value are in neither list. */
export interface KernelLayout {
  readonly numeric: readonly number[];
  readonly categorical: readonly number[];
}

export function kernelLayout(space: SearchSpace): KernelLayout {
  const varying = space.axes.map((axis, k) => ({ axis, k })).filter(({ axis }) => axis.cellCount > 1);
  const isCategorical = ({ axis }: (typeof varying)[number]) => axis.range.kind === 'categorical';
  return {
    numeric: varying.filter((entry) => !isCategorical(entry)).map(({ k }) => k),
    categorical: varying.filter(isCategorical).map(({ k }) => k),
  };
}

/** How many lengthscales the kernel has: one per coordinate it looks at. */
export function relevantDimension(layout: KernelLayout): number {
  return layout.numeric.length + layout.categorical.length;
}

export interface KernelParameters {
  /** In the order of the layout: numeric, then categorical. Greater means less relevant. */
  readonly lengthscales: Float64Array;
  readonly signalVariance: number;
}

/**
 * Matern-5/2 with one lengthscale per numeric coordinate, times exp(-1/lengthscale) for each categorical coordinate
 * in which two points differ. Works on projected points: numeric coordinates divided by their lengthscale, then
 * categorical ones as they are.
 */
export class Kernel {
  readonly layout: KernelLayout;
  readonly signalVariance: number;
  readonly width: number;
  readonly #inverse: Float64Array;
  readonly #numericCount: number;

  constructor(layout: KernelLayout, parameters: KernelParameters) {
    this.layout = layout;
    this.signalVariance = parameters.signalVariance;
    this.width = relevantDimension(layout);
    this.#numericCount = layout.numeric.length;
    this.#inverse = parameters.lengthscales.map((lengthscale) => 1 / lengthscale);
  }

  /** Writes the projection of `point` to `target` from `start` on; it takes `width` numbers. */
  project(point: Float64Array, target: Float64Array, start: number): void {
    const { numeric, categorical } = this.layout;
    for (let k = 0; k < numeric.length; k++) {
      target[start + k] = (point[numeric[k] as number] as number) * (this.#inverse[k] as number);
    }
    for (let k = 0; k < categorical.length; k++) {
      target[start + numeric.length + k] = point[categorical[k] as number] ?? 0;
    }
  }

  /** Covariances of the projected point `query` with the first `count` points of `projected`. */
  covariances(query: Float64Array, projected: Float64Array, count: number, target: Float64Array): void {
    const { width, signalVariance } = this;
    const numericCount = this.#numericCount;
    // The hottest loop of a search: everything in locals, and one exponential for both factors.
    for (let i = 0, start = 0; i < count; i++, start += width) {
      let squared = 0;
      for (let k = 0; k < numericCount; k++) {
        const difference = (query[k] as number) - (projected[start + k] as number);
        squared += difference * difference;
      }
      const scaled = SQRT5 * Math.sqrt(squared);
      let exponent = scaled;
      for (let k = numericCount; k < width; k++) {
        if (query[k] !== projected[start + k]) exponent += this.#inverse[k] as number;
      }
      target[i] = signalVariance * (1 + scaled + (scaled * scaled) / 3) * Math.exp(-exponent);
    }
  }

  /**
   * Adds the gradient of sum_i weights[i] k(query, point i) by the numeric coordinates of the unprojected query point
   * to `gradient`, whose elements stand in the order of the layout.
   */
  addGradient(
    query: Float64Array,
    projected: Float64Array,
    count: number,
    weights: Float64Array,
    gradient: Float64Array,
  ): void {
    const numericCount = this.#numericCount;
    for (let i = 0; i < count; i++) {
      const start = i * this.width;
      const r = Math.sqrt(this.#squaredDistance(query, projected, start));
      const factor =
        -(5 / 3) *
        (weights[i] as number) *
        this.#amplitude(query, projected, start) *
        (1 + SQRT5 * r) *
        Math.exp(-SQRT5 * r);
      for (let k = 0; k < numericCount; k++) {
        const difference = (query[k] as number) - (projected[start + k] as number);
        gradient[k] = (gradient[k] as number) + factor * difference * (this.#inverse[k] as number);
      }
    }
  }

  #squaredDistance(query: Float64Array, projected: Float64Array, start: number): number {
    let sum = 0;
    for (let k = 0; k < this.#numericCount; k++) {
      const difference = (query[k] as number) - (projected[start + k] as number);
      sum += difference * difference;
    }
    return sum;
  }

  #amplitude(query: Float64Array, projected: Float64Array, start: number): number {
    if (this.#numericCount === this.width) return this.signalVariance;
    let exponent = 0;
    for (let k = this.#numericCount; k < this.width; k++) {
      if (query[k] !== projected[start + k]) exponent += this.#inverse[k] as number;
    }
    return this.signalVariance * Math.exp(-exponent);
  }
}
