import type { ParameterRanges } from '@aws-sdk/client-sagemaker';
import type { ParameterRange } from '@fleetune/domain';
import { type ConstraintFault, elementPath, joinPath } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';

const MAX_TUNED_HYPERPARAMETERS = 30;

/**
 * The ranges in the order continuous, integer, categorical. Whether they can be searched is for the domain to say.
 *
 * @param path of the ranges, for faults.
 */
export function parameterRanges(
  ranges: Validated<ParameterRanges>,
  path: string,
  faults: ConstraintFault[],
): readonly ParameterRange[] {
  const parsed: ParameterRange[] = [];
  for (const [index, range] of (ranges.ContinuousParameterRanges ?? []).entries()) {
    const at = elementPath(joinPath(path, 'continuousParameterRanges'), index);
    parsed.push({
      kind: 'continuous',
      name: range.Name,
      min: parseEnd(range.MinValue, DECIMAL, joinPath(at, 'minValue'), faults),
      max: parseEnd(range.MaxValue, DECIMAL, joinPath(at, 'maxValue'), faults),
      scaling: range.ScalingType ?? 'Auto',
    });
  }
  for (const [index, range] of (ranges.IntegerParameterRanges ?? []).entries()) {
    const at = elementPath(joinPath(path, 'integerParameterRanges'), index);
    parsed.push({
      kind: 'integer',
      name: range.Name,
      min: parseEnd(range.MinValue, INTEGER, joinPath(at, 'minValue'), faults),
      max: parseEnd(range.MaxValue, INTEGER, joinPath(at, 'maxValue'), faults),
      scaling: integerScaling(range.ScalingType, joinPath(at, 'scalingType'), faults),
    });
  }
  for (const range of ranges.CategoricalParameterRanges ?? []) {
    parsed.push({ kind: 'categorical', name: range.Name, values: range.Values });
  }
  if (parsed.length > MAX_TUNED_HYPERPARAMETERS) {
    const constraint = `Member must have at most ${MAX_TUNED_HYPERPARAMETERS} ranges in total; it has ${parsed.length}`;
    faults.push({ path, value: parsed.map((range) => range.name), constraint });
  }
  return parsed;
}

const DECIMAL = { expression: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, word: 'a number' } as const;
const INTEGER = { expression: /^[+-]?\d+$/, word: 'an integer' } as const;

function parseEnd(
  text: string,
  form: typeof DECIMAL | typeof INTEGER,
  path: string,
  faults: ConstraintFault[],
): number {
  const trimmed = text.trim();
  if (!form.expression.test(trimmed)) {
    faults.push({ path, value: text, constraint: `Member must be ${form.word} in decimal digits` });
  }
  return Number(trimmed);
}

function integerScaling(
  scaling: 'Auto' | 'Linear' | 'Logarithmic' | 'ReverseLogarithmic' | undefined,
  path: string,
  faults: ConstraintFault[],
): 'Auto' | 'Linear' | 'Logarithmic' {
  if (scaling !== 'ReverseLogarithmic') return scaling ?? 'Auto';
  faults.push({ path, value: scaling, constraint: 'Member must not be ReverseLogarithmic in an integer range' });
  return 'Auto';
}
