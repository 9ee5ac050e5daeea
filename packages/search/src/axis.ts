import { type CategoricalRange, type ParameterRange, type ParameterValue, resolveScaling } from '@fleetune/domain';

/**
 * One range seen as the unit interval. Numeric values lie on the scale that the range asks for, so that equal
 * distances mean equal changes; the values of discrete ranges each own a cell of the interval and stand at its centre.
 */
export interface Axis {
  readonly range: ParameterRange;
  /** How many values there are; Infinity for continuous ranges. */
  readonly cellCount: number;
  /** Position of a value in [0, 1]. Numbers outside the range go to its nearest end; unknown words are NaN. */
  encode(value: ParameterValue): number;
  /** As `encode`, but numbers outside the range keep their place on its scale; NaN for those that have none. */
  encodeFreely(value: ParameterValue): number;
  /** The value whose cell holds `unit`; always inside the range, whatever `unit` is. */
  decode(unit: number): ParameterValue;
  /** The value number `cell` of a discrete range, from 0. */
  valueAt(cell: number): ParameterValue;
}

export function axisOf(range: ParameterRange): Axis {
  if (range.kind === 'categorical') return categoricalAxis(range);
  return range.kind === 'integer'
    ? integerAxis(range, scaleOf(resolveScaling(range), range.min - 0.5, range.max + 0.5))
    : continuousAxis(range, scaleOf(resolveScaling(range), range.min, range.max));
}

interface Scale {
  toUnit(value: number): number;
  fromUnit(unit: number): number;
}

function scaleOf(scaling: ReturnType<typeof resolveScaling>, low: number, high: number): Scale {
  const forward = { Linear: identity, Logarithmic: Math.log, ReverseLogarithmic: reverseLog }[scaling];
  const backward = { Linear: identity, Logarithmic: Math.exp, ReverseLogarithmic: reverseExp }[scaling];
  const from = forward(low);
  const to = forward(high);
  // So narrow a range that its logarithms coincide.
  if (scaling !== 'Linear' && !(to > from)) return scaleOf('Linear', low, high);
  const width = to - from;
  return {
    // Halved where the range is as wide as only a double can hold, or it would overflow.
    toUnit: (value) =>
      Number.isFinite(width) ? (forward(value) - from) / width : (forward(value) / 2 - from / 2) / (to / 2 - from / 2),
    fromUnit: (unit) => backward(from * (1 - unit) + to * unit),
  };
}

const identity = (value: number) => value;
const reverseLog = (value: number) => -Math.log1p(-value);
const reverseExp = (value: number) => -Math.expm1(-value);

function continuousAxis(range: ParameterRange & { kind: 'continuous' }, scale: Scale): Axis {
  const decode = (unit: number) => clamp(scale.fromUnit(clamp(unit, 0, 1)), range.min, range.max);
  return {
    range,
    cellCount: Number.POSITIVE_INFINITY,
    encode: (value) => clamp(scale.toUnit(clamp(Number(value), range.min, range.max)), 0, 1),
    encodeFreely: (value) => scale.toUnit(Number(value)),
    decode,
    valueAt: () => range.min,
  };
}

/** Cells reach from half below to half above their integer, so that the ends get their full share. */
function integerAxis(range: ParameterRange & { kind: 'integer' }, scale: Scale): Axis {
  return {
    range,
    cellCount: range.max - range.min + 1,
    encode: (value) => clamp(scale.toUnit(clamp(Number(value), range.min, range.max)), 0, 1),
    encodeFreely: (value) => scale.toUnit(Number(value)),
    // Adding 0 turns -0 into 0.
    decode: (unit) => clamp(Math.round(scale.fromUnit(clamp(unit, 0, 1))), range.min, range.max) + 0,
    valueAt: (cell) => range.min + cell,
  };
}

function categoricalAxis(range: CategoricalRange): Axis {
  const count = range.values.length;
  const cells = new Map(range.values.map((value, cell) => [value, cell]));
  const valueAt = (cell: number) => range.values[clamp(cell, 0, count - 1)] as string;
  const encode = (value: ParameterValue) => ((cells.get(String(value)) ?? Number.NaN) + 0.5) / count;
  return {
    range,
    cellCount: count,
    encode,
    encodeFreely: encode,
    decode: (unit) => valueAt(Math.floor(unit * count)),
    valueAt,
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
