/** How a numeric range is walked (SageMaker's `ScalingType`). `Auto` is resolved by {@link resolveScaling}. */
export type ScalingType = 'Auto' | 'Linear' | 'Logarithmic' | 'ReverseLogarithmic';

export interface ContinuousRange {
  readonly kind: 'continuous';
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly scaling: ScalingType;
}

export interface IntegerRange {
  readonly kind: 'integer';
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly scaling: Exclude<ScalingType, 'ReverseLogarithmic'>;
}

export interface CategoricalRange {
  readonly kind: 'categorical';
  readonly name: string;
  readonly values: readonly string[];
}

/** The values one tuned hyperparameter may take. Both ends of a numeric range are inside it. */
export type ParameterRange = ContinuousRange | IntegerRange | CategoricalRange;

/** A number for continuous and integer ranges, one of the listed strings for categorical ones. */
export type ParameterValue = number | string;

/** One point of the search space, by hyperparameter name. */
export type Configuration = Readonly<Record<string, ParameterValue>>;

/** Limits of the SageMaker guide, in its own words: at most 30 tuned hyperparameters, 30 values in a categorical one. */
export const MAX_CATEGORICAL_VALUES = 30;

/**
 * Finds what is wrong with a set of ranges.
 *
 * @returns one sentence per fault, each naming the hyperparameter; empty when the ranges can be searched.
 */
export function rangeFaults(ranges: readonly ParameterRange[]): string[] {
  const faults: string[] = [];
  const seen = new Set<string>();
  for (const range of ranges) {
    if (range.name === '') faults.push('A hyperparameter range has an empty name.');
    if (seen.has(range.name)) faults.push(`Hyperparameter "${range.name}" has more than one range; keep one.`);
    seen.add(range.name);
    faults.push(...(range.kind === 'categorical' ? categoricalFaults(range) : numericFaults(range)));
  }
  return faults;
}

function categoricalFaults(range: CategoricalRange): string[] {
  const faults: string[] = [];
  if (range.values.length === 0) faults.push(`Hyperparameter "${range.name}" lists no values.`);
  if (range.values.length > MAX_CATEGORICAL_VALUES) {
    faults.push(
      `Hyperparameter "${range.name}" lists ${range.values.length} values; at most ${MAX_CATEGORICAL_VALUES} are allowed.`,
    );
  }
  if (new Set(range.values).size !== range.values.length) {
    faults.push(`Hyperparameter "${range.name}" lists the same value twice.`);
  }
  return faults;
}

function numericFaults(range: ContinuousRange | IntegerRange): string[] {
  const faults: string[] = [];
  if (!Number.isFinite(range.min) || !Number.isFinite(range.max)) {
    return [`Hyperparameter "${range.name}" needs finite ends; it has ${range.min} and ${range.max}.`];
  }
  if (range.kind === 'integer' && !(Number.isSafeInteger(range.min) && Number.isSafeInteger(range.max))) {
    faults.push(
      `Hyperparameter "${range.name}" is an integer range; its ends ${range.min} and ${range.max} are not integers.`,
    );
  }
  if (range.min >= range.max) {
    faults.push(
      `Hyperparameter "${range.name}" has min ${range.min} and max ${range.max}; min must be less than max (use a static hyperparameter for one value).`,
    );
  }
  if (range.scaling === 'Logarithmic' && range.min <= 0) {
    faults.push(
      `Hyperparameter "${range.name}" uses Logarithmic scaling, which needs min > 0; it has min ${range.min}.`,
    );
  }
  if (range.kind === 'continuous' && range.scaling === 'ReverseLogarithmic' && (range.min < 0 || range.max >= 1)) {
    faults.push(
      `Hyperparameter "${range.name}" uses ReverseLogarithmic scaling, which needs 0 <= min and max < 1; it has ${range.min} to ${range.max}.`,
    );
  }
  return faults;
}

/**
 * Chooses the scale that `Auto` stands for: logarithmic for ranges over two decades, reverse-logarithmic for
 * ranges in [0, 1) that close in on 1 over two decades, else linear.
 */
export function resolveScaling(range: ContinuousRange | IntegerRange): Exclude<ScalingType, 'Auto'> {
  if (range.scaling !== 'Auto') return range.scaling;
  if (range.min > 0 && range.max / range.min >= 100) return 'Logarithmic';
  const closesInOnOne = range.min >= 0 && range.max < 1 && range.max >= 0.9 && (1 - range.min) / (1 - range.max) >= 100;
  return range.kind === 'continuous' && closesInOnOne ? 'ReverseLogarithmic' : 'Linear';
}

/** Formats a value as SageMaker passes it on: integers without a point, floats as the shortest text that reads back the same. */
export function formatParameterValue(value: ParameterValue): string {
  return typeof value === 'string' ? value : String(value);
}
