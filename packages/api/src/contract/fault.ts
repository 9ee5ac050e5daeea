import { z } from 'zod';
import { closestWord } from './closest-word.js';
import { type FaultPath, formatFaultPath } from './fault-path.js';

/** One thing that is wrong with a request. */
export interface Fault {
  readonly path: FaultPath;
  /** A sentence that says what is wrong and, where that is known, what to write instead. */
  readonly message: string;
}

/** A fault as a sentence that can stand alone, such as `limits.maxTrainingJobs: expected number`. */
export function faultSentence(fault: Fault): string {
  const path = formatFaultPath(fault.path);
  return path === '' ? fault.message : `${path}: ${fault.message}`;
}

/**
 * An object that refuses fields it does not know. The known ones travel in the issue's message, as JSON, because an
 * issue says nothing else about its schema and {@link schemaFaults} needs them for its suggestion.
 */
export function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      return { message: JSON.stringify(Object.keys(shape)) };
    },
  });
}

/** Says what a schema found wrong, one fault per field, with the faults of the branch that was probably meant. */
export function schemaFaults(error: z.ZodError): Fault[] {
  return error.issues.flatMap((issue) => issueFaults(issue, []));
}

function issueFaults(issue: z.core.$ZodIssue, within: FaultPath): Fault[] {
  const path: FaultPath = [...within, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = JSON.parse(issue.message) as string[];
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownFieldMessage(key, known) }));
    }
    case 'invalid_union':
      if (issue.input === undefined) return [{ path, message: 'This field is required.' }];
      return unionFaults(issue.errors, path, issue.input);
    case 'invalid_key':
      return [{ path, message: issue.issues.map((inner) => inner.message).join(' ') }];
    case 'invalid_value': {
      if (issue.input === undefined) return [{ path, message: 'This field is required.' }];
      const known = issue.values.map(String);
      return [{ path, message: `${oneOf(known)}${didYouMean(issue.input, known)}` }];
    }
    case 'invalid_type':
      if (issue.input === undefined) return [{ path, message: 'This field is required.' }];
      return [{ path, message: `Expected ${expectedType(issue.expected)}, not ${describeValue(issue.input)}.` }];
    case 'too_small':
    case 'too_big':
      return [{ path, message: limitMessage(issue) }];
    default:
      return [{ path, message: issue.message }];
  }
}

function unknownFieldMessage(key: string, known: readonly string[]): string {
  const meant = closestWord(key, known);
  if (meant !== undefined) return `Unknown field; did you mean "${meant}"?`;
  return `Unknown field; known here: ${known.join(', ')}.`;
}

/** Of several forms, the one with the fewest faults was meant; a form of another type altogether was not. */
function unionFaults(branches: readonly z.core.$ZodIssue[][], path: FaultPath, input: unknown): Fault[] {
  const ranked = branches
    .map((issues) => {
      const faults = issues.flatMap((issue) => issueFaults(issue, path));
      const otherType = issues.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0);
      return { faults, otherType };
    })
    .sort((a, b) => Number(a.otherType) - Number(b.otherType) || a.faults.length - b.faults.length);
  const meant = ranked[0];
  if (meant !== undefined && !meant.otherType) return meant.faults;
  const expected = branches.flatMap((issues) =>
    issues.flatMap((issue) => (issue.code === 'invalid_type' ? [expectedType(issue.expected)] : [])),
  );
  return [{ path, message: `Expected ${[...new Set(expected)].join(' or ')}, not ${describeValue(input)}.` }];
}

function limitMessage(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const unit = issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' entries' : '';
  if (issue.code === 'too_small') {
    return `Must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit}.`;
  }
  return `Must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit}.`;
}

function oneOf(known: readonly string[]): string {
  return known.length === 1 ? `Must be ${known[0]}` : `Must be one of ${known.join(', ')}`;
}

function didYouMean(input: unknown, known: readonly string[]): string {
  const meant = typeof input === 'string' ? closestWord(input, known) : undefined;
  return meant === undefined ? '.' : `; did you mean ${meant}?`;
}

function expectedType(expected: string): string {
  if (expected === 'record' || expected === 'object') return 'a map of fields';
  if (expected === 'array') return 'a list';
  if (expected === 'int') return 'a whole number';
  return `a ${expected}`;
}

function describeValue(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map of fields';
  return JSON.stringify(value) ?? String(value);
}
