import type { Axis } from '../../axis.js';
import { normalProbability } from '../../normal-distribution.js';
import type { RandomStream } from '../../random-stream.js';
import type { SearchSpace } from '../../space.js';

/** Width of a kernel around one of n points is this times n^(-1/(d+4)), as a share of the range. */
const BANDWIDTH = 0.06;
/** The kernel over the whole range stands in its centre with this width, so that no region is ever ruled out. */
const PRIOR_WIDTH = 1;
/** Nodes of the table of what lies inside the range of a kernel, by its centre. */
const TABLE_SIZE = 64;

/**
 * A density over the unit cube: a mixture of one kernel per point and one over everything. A kernel is a normal
 * distribution cut off at the ends of each numeric range, times a distribution that prefers the point's word for each
 * categorical one.
 */
export class ParzenEstimator {
  readonly #space: SearchSpace;
  readonly #points: readonly Float64Array[];
  readonly #widths: Float64Array;
  /** Per axis: probability of a kernel's own word, and of each other word. NaN for numeric axes. */
  readonly #ownWord: Float64Array;
  readonly #otherWord: Float64Array;
  /** Per kernel, the prior's last: the logarithm of what its density at its own centre is. */
  readonly #logPeaks: Float64Array;

  constructor(space: SearchSpace, points: readonly Float64Array[]) {
    const kernelCount = points.length + 1;
    this.#space = space;
    this.#points = points;
    const shrinking = BANDWIDTH * kernelCount ** (-1 / (space.dimension + 4));
    // Few points must not make narrow kernels ("magic clipping"), nor may a kernel be narrower than a cell.
    const least = 1 / Math.min(100, 4 * kernelCount);
    this.#widths = Float64Array.from(space.axes, (axis) => Math.max(shrinking, least, 0.5 / axis.cellCount));
    this.#ownWord = Float64Array.from(space.axes, (axis) => wordWeight(axis, 1 + 1 / kernelCount, kernelCount));
    this.#otherWord = Float64Array.from(space.axes, (axis) => wordWeight(axis, 1 / kernelCount, kernelCount));
    this.#logPeaks = this.#peaks();
  }

  /** A point with discrete coordinates in the centre of their cell. */
  draw(stream: RandomStream): Float64Array {
    const centre = this.#points[stream.below(this.#points.length + 1)];
    const point = Float64Array.from(this.#space.axes, (axis, k) => {
      if (isWords(axis)) return this.#drawWord(axis, centre?.[k], this.#ownWord[k] as number, stream);
      return drawInside(centre?.[k] ?? 0.5, centre === undefined ? PRIOR_WIDTH : (this.#widths[k] as number), stream);
    });
    this.#space.snap(point);
    return point;
  }

  /** Logarithm of the density at a point whose discrete coordinates are snapped. */
  logDensity(point: Float64Array): number {
    const { axes } = this.#space;
    const exponents = new Float64Array(this.#points.length + 1);
    let greatest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < exponents.length; i++) {
      const centre = this.#points[i];
      let exponent = this.#logPeaks[i] as number;
      for (let k = 0; k < axes.length; k++) {
        const own = this.#ownWord[k] as number;
        const at = point[k] as number;
        if (Number.isNaN(own)) {
          const width = centre === undefined ? PRIOR_WIDTH : (this.#widths[k] as number);
          const deviation = (at - (centre?.[k] ?? 0.5)) / width;
          exponent -= 0.5 * deviation * deviation;
        } else if (centre !== undefined && centre[k] !== at) {
          exponent += Math.log((this.#otherWord[k] as number) / own);
        }
      }
      exponents[i] = exponent;
      if (exponent > greatest) greatest = exponent;
    }
    let sum = 0;
    for (const exponent of exponents) sum += Math.exp(exponent - greatest);
    return greatest + Math.log(sum / exponents.length);
  }

  #peaks(): Float64Array {
    const peaks = new Float64Array(this.#points.length + 1);
    const last = peaks.length - 1;
    this.#space.axes.forEach((axis, k) => {
      if (isWords(axis)) {
        const logOwn = Math.log(this.#ownWord[k] as number);
        for (let i = 0; i < last; i++) peaks[i] = (peaks[i] as number) + logOwn;
        peaks[last] = (peaks[last] as number) - Math.log(axis.cellCount);
        return;
      }
      const width = this.#widths[k] as number;
      const table = Float64Array.from({ length: TABLE_SIZE + 1 }, (_, node) => logPeak(node / TABLE_SIZE, width));
      for (let i = 0; i < last; i++) peaks[i] = (peaks[i] as number) + interpolate(table, this.#points[i]?.[k] ?? 0.5);
      peaks[last] = (peaks[last] as number) + logPeak(0.5, PRIOR_WIDTH);
    });
    return peaks;
  }

  #drawWord(axis: Axis, centre: number | undefined, own: number, stream: RandomStream): number {
    const anyWord = (stream.below(axis.cellCount) + 0.5) / axis.cellCount;
    if (centre === undefined) return anyWord;
    // The own word is also among any words.
    const excess = own - (1 - own) / Math.max(1, axis.cellCount - 1);
    return stream.uniform() < excess ? centre : anyWord;
  }
}

function isWords(axis: Axis): boolean {
  return axis.range.kind === 'categorical';
}

function wordWeight(axis: Axis, weight: number, kernelCount: number): number {
  return isWords(axis) ? weight / (1 + axis.cellCount / kernelCount) : Number.NaN;
}

/** Of a normal density around `centre`, cut off outside of [0, 1]. */
function logPeak(centre: number, width: number): number {
  const inside = normalProbability((1 - centre) / width) - normalProbability(-centre / width);
  return -Math.log(inside * width * Math.sqrt(2 * Math.PI));
}

function drawInside(centre: number, width: number, stream: RandomStream): number {
  for (let attempt = 0; attempt < 20; attempt++) {
    const drawn = centre + width * stream.normal();
    if (drawn >= 0 && drawn <= 1) return drawn;
  }
  return stream.uniform();
}

function interpolate(table: Float64Array, unit: number): number {
  const position = unit * TABLE_SIZE;
  const node = Math.min(TABLE_SIZE - 1, Math.floor(position));
  const low = table[node] as number;
  return low + ((table[node + 1] as number) - low) * (position - node);
}
