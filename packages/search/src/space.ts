import type { Configuration, ParameterRange } from '@fleetune/domain';
import { type Axis, axisOf } from './axis.js';

/** A set of ranges seen as the unit cube, one coordinate per range in the order given. */
export class SearchSpace {
  readonly axes: readonly Axis[];
  /** How many configurations there are; Infinity where any range is continuous. */
  readonly size: number;

  constructor(ranges: readonly ParameterRange[]) {
    this.axes = ranges.map(axisOf);
    this.size = this.axes.reduce((product, axis) => product * axis.cellCount, 1);
  }

  get dimension(): number {
    return this.axes.length;
  }

  encode(configuration: Configuration): Float64Array {
    return Float64Array.from(this.axes, (axis) => axis.encode(configuration[axis.range.name] ?? Number.NaN));
  }

  decode(point: ArrayLike<number>): Configuration {
    return Object.fromEntries(this.axes.map((axis, k) => [axis.range.name, axis.decode(point[k] as number)]));
  }

  /** Moves the coordinates of discrete ranges to the centre of their cell, in place. */
  snap(point: Float64Array): void {
    for (let k = 0; k < this.axes.length; k++) {
      const axis = this.axes[k] as Axis;
      if (axis.cellCount !== Number.POSITIVE_INFINITY) point[k] = axis.encode(axis.decode(point[k] as number));
    }
  }

  /** A text that two configurations share exactly when they are the same. */
  key(configuration: Configuration): string {
    return JSON.stringify(this.axes.map((axis) => configuration[axis.range.name]));
  }

  /** Configuration number `rank` of a finite space, from 0; the last range varies fastest. */
  at(rank: number): Configuration {
    const values: [string, string | number][] = [];
    let rest = rank;
    for (const axis of this.axes.toReversed()) {
      values.push([axis.range.name, axis.valueAt(rest % axis.cellCount)]);
      rest = Math.floor(rest / axis.cellCount);
    }
    return Object.fromEntries(values.reverse());
  }

  /** What keeps a configuration from being one of this space, as the end of a sentence; undefined when nothing does. */
  mismatch(configuration: Configuration): string | undefined {
    for (const axis of this.axes) {
      const { name } = axis.range;
      const value = configuration[name];
      if (value === undefined) return `it has no value for hyperparameter "${name}"`;
      if (Number.isNaN(axis.encode(value))) return `hyperparameter "${name}" cannot be ${JSON.stringify(value)}`;
    }
    return undefined;
  }
}
