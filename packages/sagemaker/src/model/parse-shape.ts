import { SerializationException } from '../wire/aws-error.js';
import { anchoredPattern } from './anchored-pattern.js';
import { type ConstraintFault, constraintException, elementPath, joinPath, pathSegment } from './constraint-fault.js';
import { shapes } from './service-model.js';
import type { ListShape, MapShape, NumberShape, StringShape, StructureShape } from './shape.js';

/**
 * Reads a JSON value as a shape of the API model: nulls are absent members, timestamps become Dates.
 *
 * @throws SerializationException when a value has another type than its member.
 * @throws ValidationException naming every member that breaks a rule of the model, or that the model does not know.
 */
export function parseShape(shapeName: string, value: unknown): unknown {
  const faults: ConstraintFault[] = [];
  const parsed = parse(shapeName, value, '', 0, faults);
  if (faults.length > 0) throw constraintException(faults);
  return parsed;
}

/** Strings whose shape sets no limit of its own are not matched against its pattern beyond this length. */
const MAX_MATCHED_CHARACTERS = 8192;
const LONE_SURROGATE = /\p{Surrogate}/u;
const INT32_MAX = 2 ** 31 - 1;
/** Search expressions may hold search expressions; everything else of the model ends long before. */
const MAX_DEPTH = 64;
/** Times that every calendar on the way can write: the years 1 to 9999. */
const FIRST_TIME_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_TIME_MS = Date.parse('9999-12-31T23:59:59.999Z');

function parse(shapeName: string, value: unknown, path: string, depth: number, faults: ConstraintFault[]): unknown {
  const shape = shapes[shapeName];
  if (shape === undefined) throw new Error(`The API model has no shape named ${shapeName}.`);
  if (depth > MAX_DEPTH)
    throw new SerializationException(`The request body is nested deeper than ${MAX_DEPTH} levels.`);
  switch (shape.type) {
    case 'structure':
      return parseStructure(shape, value, path, depth + 1, faults);
    case 'list':
      return parseList(shape, value, path, depth + 1, faults);
    case 'map':
      return parseMap(shape, value, path, depth + 1, faults);
    case 'string':
      return parseString(shape, value, path, faults);
    case 'boolean':
      return typeof value === 'boolean' ? value : mismatch(value, 'a Boolean', path);
    case 'timestamp':
      return parseTimestamp(value, path);
    default:
      return parseNumber(shape, value, path, faults);
  }
}

function parseStructure(
  shape: StructureShape,
  value: unknown,
  path: string,
  depth: number,
  faults: ConstraintFault[],
): unknown {
  if (!isRecord(value)) return mismatch(value, 'a structure', path);
  const parsed: [string, unknown][] = [];
  for (const [member, entry] of Object.entries(value)) {
    if (entry === null) continue;
    const memberPath = joinPath(path, pathSegment(member));
    const memberShape = Object.hasOwn(shape.members, member) ? shape.members[member] : undefined;
    if (memberShape === undefined) {
      faults.push({ path: memberPath, value: entry, constraint: 'Member must be one that the API knows' });
    } else {
      parsed.push([member, parse(memberShape, entry, memberPath, depth, faults)]);
    }
  }
  for (const member of shape.required ?? []) {
    if (!Object.hasOwn(value, member) || value[member] === null) {
      faults.push({ path: joinPath(path, pathSegment(member)), value: null, constraint: 'Member must not be null' });
    }
  }
  return Object.fromEntries(parsed);
}

function parseList(shape: ListShape, value: unknown, path: string, depth: number, faults: ConstraintFault[]): unknown {
  if (!Array.isArray(value)) return mismatch(value, 'a list', path);
  if (sizeFault(shape, value.length, value, path, faults)) return value;
  return value.map((entry, index) => {
    if (entry !== null) return parse(shape.member, entry, elementPath(path, index), depth, faults);
    faults.push({ path: elementPath(path, index), value: null, constraint: 'Member must not be null' });
    return entry;
  });
}

function parseMap(shape: MapShape, value: unknown, path: string, depth: number, faults: ConstraintFault[]): unknown {
  if (!isRecord(value)) return mismatch(value, 'a map', path);
  const entries = Object.entries(value).filter(([, entry]) => entry !== null);
  if (sizeFault(shape, entries.length, value, path, faults)) return value;
  return Object.fromEntries(
    entries.map(([key, entry]) => {
      const entryPath = joinPath(path, `${key}.member`);
      parse(shape.key, key, joinPath(path, `${key}.key`), depth, faults);
      return [key, parse(shape.value, entry, entryPath, depth, faults)];
    }),
  );
}

function parseString(shape: StringShape, value: unknown, path: string, faults: ConstraintFault[]): unknown {
  if (typeof value !== 'string') return mismatch(value, 'a String', path);
  if (shape.enum !== undefined && !shape.enum.includes(value)) {
    faults.push({ path, value, constraint: `Member must satisfy enum value set: [${shape.enum.join(', ')}]` });
    return value;
  }
  // The limits come first: a pattern never sees a string longer than its shape allows.
  const limits = shape.pattern === undefined ? shape : { ...shape, max: shape.max ?? MAX_MATCHED_CHARACTERS };
  if (sizeFault(limits, characterCount(value, limits.max), value, path, faults)) return value;
  if (shape.pattern !== undefined && !anchoredPattern(shape.pattern).test(value)) {
    faults.push({ path, value, constraint: `Member must satisfy regular expression pattern: ${shape.pattern}` });
  } else if (value.includes('\0') || LONE_SURROGATE.test(value)) {
    // Neither can be stored as text.
    faults.push({ path, value, constraint: 'Member must be Unicode text without null characters' });
  }
  return value;
}

/** Characters, not UTF-16 units; counted only where the difference can matter. */
function characterCount(text: string, max: number | undefined): number {
  return max === undefined || text.length > 2 * max ? text.length : [...text].length;
}

function parseNumber(shape: NumberShape, value: unknown, path: string, faults: ConstraintFault[]): unknown {
  if (typeof value !== 'number' || !Number.isFinite(value)) return mismatch(value, numberName(shape), path);
  if (shape.type === 'integer' && !(Number.isInteger(value) && Math.abs(value) <= INT32_MAX)) {
    return mismatch(value, numberName(shape), path);
  }
  if (shape.type === 'long' && !Number.isSafeInteger(value)) return mismatch(value, numberName(shape), path);
  if (shape.max !== undefined && value > shape.max) {
    faults.push({ path, value, constraint: `Member must have value less than or equal to ${shape.max}` });
  } else if (shape.min !== undefined && value < shape.min) {
    faults.push({ path, value, constraint: `Member must have value greater than or equal to ${shape.min}` });
  }
  return value;
}

function numberName(shape: NumberShape): string {
  return shape.type === 'integer' ? 'an Integer' : `a ${shape.type.charAt(0).toUpperCase()}${shape.type.slice(1)}`;
}

/** Seconds since 1970, with a fraction. */
function parseTimestamp(value: unknown, path: string): unknown {
  const timeMs = typeof value === 'number' ? Math.round(value * 1000) : Number.NaN;
  const isKnown = timeMs >= FIRST_TIME_MS && timeMs <= LAST_TIME_MS;
  return isKnown ? new Date(timeMs) : mismatch(value, 'a Timestamp', path);
}

/** Notes a size out of bounds; true when there was one. */
function sizeFault(
  { min, max }: { readonly min?: number; readonly max?: number },
  size: number,
  value: unknown,
  path: string,
  faults: ConstraintFault[],
): boolean {
  if (max !== undefined && size > max) {
    faults.push({ path, value, constraint: `Member must have length less than or equal to ${max}` });
    return true;
  }
  if (min !== undefined && size < min) {
    faults.push({ path, value, constraint: `Member must have length greater than or equal to ${min}` });
    return true;
  }
  return false;
}

function mismatch(value: unknown, expected: string, path: string): never {
  const found = value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  const where = path === '' ? 'The request body' : `The value at '${path}'`;
  throw new SerializationException(`${where} is ${found}; it cannot be read as ${expected}.`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
