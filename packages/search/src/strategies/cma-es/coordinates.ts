import type { SearchSpace } from '../../space.js';

/** Where the coordinates of a word stand: that of the chosen word, and those of the others. */
const CHOSEN = 0.75;
const OTHERS = 0.25;
/** Least standard deviation over a categorical range, and over an integer range in cells: less would never change it. */
const LEAST_WORD_DEVIATION = 0.15;
const LEAST_CELL_DEVIATION = 0.4;

/** The coordinates that the evolution works in: one per numeric range and one per word of each categorical range. */
export class Coordinates {
  readonly dimension: number;
  readonly leastDeviations: Float64Array;
  readonly #space: SearchSpace;
  /** How many coordinates each axis has. */
  readonly #widths: readonly number[];

  constructor(space: SearchSpace) {
    this.#space = space;
    const isWords = space.axes.map((axis) => axis.range.kind === 'categorical');
    this.#widths = space.axes.map((axis, k) => (isWords[k] ? axis.cellCount : 1));
    this.dimension = this.#widths.reduce((sum, width) => sum + width, 0);
    this.leastDeviations = Float64Array.from(
      space.axes.flatMap((axis, k) => {
        const least = isWords[k] ? LEAST_WORD_DEVIATION : Math.min(0.3, LEAST_CELL_DEVIATION / axis.cellCount);
        return new Array<number>(this.#widths[k] as number).fill(least);
      }),
    );
  }

  fromUnit(unit: Float64Array): Float64Array {
    const point = new Float64Array(this.dimension);
    let from = 0;
    this.#space.axes.forEach((axis, k) => {
      const width = this.#widths[k] as number;
      if (axis.range.kind === 'categorical') {
        const word = Math.floor((unit[k] as number) * axis.cellCount);
        for (let i = 0; i < width; i++) point[from + i] = i === word ? CHOSEN : OTHERS;
      } else point[from] = unit[k] as number;
      from += width;
    });
    return point;
  }

  /** The greatest of a categorical range's coordinates says which word it is. */
  toUnit(point: Float64Array): Float64Array {
    let from = 0;
    return Float64Array.from(this.#space.axes, (axis, k) => {
      const width = this.#widths[k] as number;
      const own = point.subarray(from, from + width);
      from += width;
      if (axis.range.kind !== 'categorical') return own[0] as number;
      const word = own.reduce((best, value, i) => (value > (own[best] as number) ? i : best), 0);
      return (word + 0.5) / axis.cellCount;
    });
  }
}
