import { z } from 'zod';

/** The input breaks a rule of the operation, or asks for what Fleetune does not do; every service says so in its way. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
}

/** @param members as read from the wire; nulls are absent members. @throws InvalidInputError naming every fault. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, members: unknown): z.output<Schema> {
  const parsed = schema.safeParse(withoutNulls(members));
  if (parsed.success) return parsed.data;
  throw new InvalidInputError(parsed.error.issues.map(faultSentence).join(' '));
}

/** A whole number; the query protocol writes it as text. */
export function integer(min: number, max: number) {
  return z.preprocess(fromText(/^-?\d+$/, Number), z.int().min(min).max(max));
}

/** Milliseconds since 1970, as the members of CloudWatch Logs count time. */
export const milliseconds = integer(0, Number.MAX_SAFE_INTEGER);

/** A Boolean; the query protocol writes it as text. */
export const boolean = z.preprocess(
  fromText(/^(?:true|false)$/, (text) => text === 'true'),
  z.boolean(),
);

/** A point in time: epoch seconds in JSON, a Date in CBOR, ISO 8601 in the query protocol. */
export const timestamp = z.preprocess((value) => {
  if (typeof value === 'number') return new Date(value * 1000);
  return typeof value === 'string' ? new Date(value) : value;
}, z.date());

function fromText<T>(form: RegExp, read: (text: string) => T) {
  return (value: unknown) => (typeof value === 'string' && form.test(value) ? read(value) : value);
}

function faultSentence(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys
      .map((key) => `Fleetune does not take the member "${[path, key].filter(Boolean).join('.')}".`)
      .join(' ');
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  const fault = missing ? 'the member is required' : issue.message;
  return path === '' ? `${fault}.` : `${path}: ${fault}.`;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const present = Object.entries(value).filter(([, entry]) => entry !== null);
  return Object.fromEntries(present.map(([key, entry]) => [key, withoutNulls(entry)]));
}
