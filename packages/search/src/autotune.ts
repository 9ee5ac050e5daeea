import { type ContinuousRange, type IntegerRange, type ParameterRange, rangeFaults } from '@fleetune/domain';

/** No range can be guessed from the example value. */
export class UnusableHintError extends Error {
  override readonly name = 'UnusableHintError';
  readonly hyperparameter: string;
  constructor(hyperparameter: string, valueHint: string) {
    super(
      `No range can be guessed for hyperparameter "${hyperparameter}" from the value hint ${JSON.stringify(valueHint)}; ` +
        'give a finite number, true or false, or a word, or a range instead of a hint.',
    );
    this.hyperparameter = hyperparameter;
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WHOLE_NUMBER = /^[+-]?\d+$/;
const LONGEST_WORD = 256;
/** A memory nearer to 1 is taken for 1. */
const CLOSEST_TO_ONE = 1e-6;
const OPPOSITES: readonly (readonly [string, string])[] = [
  ['true', 'false'],
  ['True', 'False'],
  ['TRUE', 'FALSE'],
  ['yes', 'no'],
  ['on', 'off'],
];

/** Names of what is a share of something, from 0 to 1. */
const SHARE = /drop|subsample|colsample|fraction|ratio|prob|percentile/i;
/** Names of what keeps a share of the past, where 0.99 and 0.999 are as far apart as 0.9 and 0.99. */
const MEMORY = /momentum|beta|rho|discount|ema|decay_rate/i;

/** What 0 as an integer is searched up to. */
const FROM_ZERO = 10;

/**
 * The range that an `AutoParameters` entry of SageMaker's autotune stands for.
 *
 * - An integer: half of it to twice it (the guide turns a `max_depth` of 4 into 2 to 8).
 * - Another number: a tenth of it to ten times it, logarithmic; not past 1 when it is below 1.
 * - From 0 to 1 and named as a share (dropout, subsample): half of it to halfway between it and 1, linear.
 * - From 0.5 to 1 and named as a memory (momentum, beta): by its distance from 1, a tenth of it to ten times it.
 * - true or false: both. Any other word: that word alone.
 *
 * @throws UnusableHintError when the hint is empty, not finite, or too large or too small a number to go on from.
 */
export function rangeFromHint(name: string, valueHint: string): ParameterRange {
  const hint = valueHint.trim();
  const range = NUMBER.test(hint) ? numericRange(name, hint) : wordRange(name, hint);
  if (range === undefined) throw new UnusableHintError(name, valueHint);
  return range;
}

function wordRange(name: string, hint: string): ParameterRange | undefined {
  if (hint === '' || hint.length > LONGEST_WORD || /^[+-]?(nan|inf(inity)?)$/i.test(hint)) {
    return undefined;
  }
  const pair = OPPOSITES.find((words) => words.includes(hint));
  return { kind: 'categorical', name, values: pair ?? [hint] };
}

function numericRange(name: string, hint: string): ParameterRange | undefined {
  const range = WHOLE_NUMBER.test(hint) ? integerRange(name, Number(hint)) : realRange(name, Number(hint));
  return rangeFaults([range]).length === 0 ? range : undefined;
}

function integerRange(name: string, value: number): IntegerRange {
  const size = Math.abs(value);
  const [near, far] = size === 0 ? [0, FROM_ZERO] : [Math.max(1, Math.floor(size / 2)), 2 * size];
  const [min, max] = value < 0 ? [-far, -near] : [near, far];
  return { kind: 'integer', name, min, max, scaling: 'Auto' };
}

function realRange(name: string, value: number): ContinuousRange {
  const range = (min: number, max: number, scaling: ContinuousRange['scaling']): ContinuousRange => ({
    kind: 'continuous',
    name,
    min: shortened(min),
    max: shortened(max),
    scaling,
  });
  if (value < 0) return range(2 * value, value / 2, 'Linear');
  if (value === 0) return range(0, 1, 'Linear');
  if (value <= 1 && SHARE.test(name)) return range(value / 2, (1 + value) / 2, 'Linear');
  if (value >= 0.5 && 1 - value > CLOSEST_TO_ONE && MEMORY.test(name)) {
    const distance = shortened(1 - value);
    return range(Math.max(0, 1 - shortened(10 * distance)), 1 - distance / 10, 'ReverseLogarithmic');
  }
  return range(value / 10, value < 1 ? Math.min(1, 10 * value) : 10 * value, 'Logarithmic');
}

/** Without the noise of the last bits: 0.7 rather than 0.7000000000000001. */
function shortened(value: number): number {
  return Number(value.toPrecision(12));
}
