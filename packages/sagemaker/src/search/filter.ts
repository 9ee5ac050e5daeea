import type { Filter } from '@aws-sdk/client-sagemaker';
import { type ConstraintFault, joinPath } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';
import { parseTime } from './parse-time.js';
import type { Property } from './property.js';

/** Whether a record, as the API would show it, is looked for. */
export type Test = (record: unknown) => boolean;

/**
 * What a filter asks of a record. A record without the property differs from every value.
 *
 * @param property what the filter's name stands for; undefined when there is no such property.
 * @param path of the filter, for faults.
 */
export function filterTest(
  { Name, Operator = 'Equals', Value }: Validated<Filter>,
  property: Property | undefined,
  path: string,
  faults: ConstraintFault[],
): Test {
  const refuse = (member: string, value: unknown, constraint: string): Test => {
    faults.push({ path: joinPath(path, member), value, constraint });
    return () => false;
  };
  if (property === undefined) return refuse('name', Name, 'Member must be a property of the resource');
  if (Operator === 'Exists' || Operator === 'NotExists') {
    if (Value !== undefined) return refuse('value', Value, `Member must be left out with the operator ${Operator}`);
    return (record) => property.read(record).length > 0 === (Operator === 'Exists');
  }
  if (Value === undefined) return refuse('value', Value, `Member must not be null with the operator ${Operator}`);
  if (!OPERATORS[property.type].has(Operator)) {
    const allowed = [...OPERATORS[property.type], 'Exists', 'NotExists'].join(', ');
    return refuse('operator', Operator, `Member must be one of [${allowed}] for the property ${Name}`);
  }
  const compare = comparison(property.type, Value);
  if (compare === undefined) return refuse('value', Value, `Member must be ${FORMS[property.type]}`);
  const accepts = acceptance(Operator, Value, compare);
  const found: Test = (record) => property.read(record).some(accepts);
  return Operator === 'NotEquals' ? (record) => !found(record) : found;
}

const ORDERED = ['Equals', 'NotEquals', 'GreaterThan', 'GreaterThanOrEqualTo', 'LessThan', 'LessThanOrEqualTo'];

const OPERATORS: Readonly<Record<Property['type'], ReadonlySet<string>>> = {
  text: new Set([...ORDERED, 'Contains', 'In']),
  hyperparameter: new Set([...ORDERED, 'Contains', 'In']),
  number: new Set(ORDERED),
  time: new Set(ORDERED),
  boolean: new Set(['Equals', 'NotEquals']),
  whole: new Set(),
};

const FORMS: Readonly<Record<Property['type'], string>> = {
  text: 'text',
  hyperparameter: 'text',
  number: 'a number',
  time: 'a time such as 2026-01-31T12:00:00 (in UTC unless it says otherwise)',
  boolean: 'true or false',
  whole: 'left out',
};

/** Below 0 when a value of the record comes before the filter's, NaN when the two cannot be compared. */
type Compare = (candidate: unknown) => number;

/** Undefined when the filter's value is not one of the property's type. */
function comparison(type: Property['type'], value: string): Compare | undefined {
  switch (type) {
    case 'number':
      return isDecimal(value) ? (candidate) => Number(candidate) - Number(value) : undefined;
    case 'time': {
      const timeMs = parseTime(value);
      return timeMs === undefined ? undefined : (candidate) => Number(candidate) - timeMs;
    }
    case 'boolean':
      return /^(true|false)$/i.test(value)
        ? (candidate) => compareText(String(candidate), value.toLowerCase())
        : undefined;
    case 'hyperparameter':
      return isDecimal(value) ? hyperparameterComparison(value) : (candidate) => compareText(String(candidate), value);
    default:
      return (candidate) => compareText(String(candidate), value);
  }
}

/** The API's rule: next to an integer, hyperparameters are read as integers. Those that are no number differ from it. */
function hyperparameterComparison(value: string): Compare {
  const read = /^[+-]?\d+$/.test(value) ? Math.trunc : (decimal: number) => decimal;
  return (candidate) => {
    const text = String(candidate);
    if (text === value) return 0;
    return isDecimal(text) ? read(Number(text)) - Number(value) : Number.NaN;
  };
}

function acceptance(operator: string, value: string, compare: Compare): (candidate: unknown) => boolean {
  switch (operator) {
    case 'GreaterThan':
      return (candidate) => compare(candidate) > 0;
    case 'GreaterThanOrEqualTo':
      return (candidate) => compare(candidate) >= 0;
    case 'LessThan':
      return (candidate) => compare(candidate) < 0;
    case 'LessThanOrEqualTo':
      return (candidate) => compare(candidate) <= 0;
    case 'Contains':
      return (candidate) => String(candidate).includes(value);
    case 'In': {
      const wanted = new Set(value.split(',').map((one) => one.trim()));
      return (candidate) => wanted.has(String(candidate));
    }
    default:
      return (candidate) => compare(candidate) === 0;
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isDecimal(text: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text);
}
