import fc from 'fast-check';
import { anchoredPattern } from '../model/anchored-pattern.js';
import { shapes } from '../model/service-model.js';
import type { StringShape } from '../model/shape.js';

/** Names of jobs that are there when the requests come, so that some requests find one. */
export const KNOWN_JOBS = ['churn-1', 'churn-2', 'churn-3'];
const KNOWN_ARNS = ['training-job', 'hyper-parameter-tuning-job', 'endpoint'].map(
  (kind) => `arn:aws:sagemaker:eu-west-1:123456789012:${kind}/churn-1`,
);

const WORDS: Readonly<Record<string, readonly string[]>> = {
  TrainingJobName: KNOWN_JOBS,
  HyperParameterTuningJobName: KNOWN_JOBS,
  ResourceArn: KNOWN_ARNS,
  ResourcePropertyName: ['TrainingJobName', 'CreationTime', 'Tags.team', 'HyperParameters.eta', 'Metrics.loss', 'x'],
  FilterValue: ['churn-1', '0.5', '7', '2026-01-01T00:00:00', 'true', 'a,b'],
  ParameterValue: ['0', '0.001', '10', '1e3'],
};
/** Shapes inside shapes; search expressions would go on for ever. */
const MAX_DEPTH = 9;

/** JSON that the API model allows as a value of the shape, whatever else may be wrong with it. */
export function validValue(shapeName: string, depth = 0): fc.Arbitrary<unknown> {
  const shape = shapes[shapeName];
  switch (shape?.type) {
    case 'structure': {
      const required = shape.required ?? [];
      const members = Object.entries(shape.members).filter(([name]) => depth < MAX_DEPTH || required.includes(name));
      const values = Object.fromEntries(members.map(([name, member]) => [name, validValue(member, depth + 1)]));
      return fc.record(values, { requiredKeys: [...required], noNullPrototype: true });
    }
    case 'list': {
      const minLength = shape.min ?? 0;
      const maxLength = Math.max(minLength, Math.min(shape.max ?? 2, 2));
      return fc.array(validValue(shape.member, depth + 1), { minLength, maxLength });
    }
    case 'map': {
      const minKeys = shape.min ?? 0;
      const maxKeys = Math.max(minKeys, Math.min(shape.max ?? 3, 3));
      const keys = validValue(shape.key, depth + 1) as fc.Arbitrary<string>;
      return fc.dictionary(keys, validValue(shape.value, depth + 1), { minKeys, maxKeys, noNullPrototype: true });
    }
    case 'string':
      return validText(shapeName, shape);
    case 'boolean':
      return fc.boolean();
    case 'timestamp':
      return fc.oneof(fc.integer({ min: 0, max: 2 ** 31 }), fc.constantFrom(-62_135_596_800, 253_402_300_799.999));
    case 'integer':
    case 'long':
      return fc.integer({
        min: Math.max(shape.min ?? 0, -(2 ** 31) + 1),
        max: Math.min(shape.max ?? 1000, 2 ** 31 - 1),
      });
    default:
      return fc.double({ noNaN: true, noDefaultInfinity: true, min: shape?.min ?? -1e308, max: shape?.max ?? 1e308 });
  }
}

function validText(shapeName: string, shape: StringShape): fc.Arbitrary<string> {
  if (shape.enum !== undefined) return fc.constantFrom(...shape.enum);
  const { min = 0, max = 8192, pattern } = shape;
  const isValid = (text: string) =>
    [...text].length >= min &&
    [...text].length <= max &&
    !/\p{Surrogate}/u.test(text) &&
    !text.includes('\0') &&
    (pattern === undefined || anchoredPattern(pattern).test(text));
  const words = (WORDS[shapeName] ?? []).filter(isValid);
  const matching = textOf(pattern, min, max).filter(isValid);
  return words.length > 0 ? fc.oneof(fc.constantFrom(...words), matching) : matching;
}

function textOf(pattern: string | undefined, min: number, max: number): fc.Arbitrary<string> {
  const lengths = { minLength: min, maxLength: Math.max(min, Math.min(max, 40)) };
  const anything = fc.string({ ...lengths, unit: 'grapheme' });
  if (pattern === undefined || pattern === '.*' || pattern === '.+') return anything;
  // The generator of matching text knows neither classes of Unicode nor what must stand before.
  if (pattern.includes('\\p{L}')) return fc.string({ ...lengths, unit: fc.constantFrom(...'aZ0 é_.:/=+-@') });
  return fc.stringMatching(anchoredPattern(pattern.replace(/\(\?<[=!][^)]*\)/g, '')), { maxLength: max });
}
