import { z } from 'zod';

const timeMs = z.coerce.number().int().min(0).optional();

/** Query parameters that every list has. */
export const pageQueryShape = {
  nameContains: z.string().min(1).max(63).optional(),
  creationAfterMs: timeMs,
  creationBeforeMs: timeMs,
  modifiedAfterMs: timeMs,
  modifiedBeforeMs: timeMs,
  sortOrder: z.enum(['Ascending', 'Descending']).default('Descending'),
  maxResults: z.coerce.number().int().min(1).max(100).default(100),
  /** From the page before, given together with the same other parameters. */
  nextToken: z.string().min(1).optional(),
};

export const tagsSchema = z.record(z.string(), z.string());

const NAMED_NUMBERS = ['NaN', 'Infinity', '-Infinity'] as const;

/** A number on the wire: JSON has no NaN and no infinities, so these travel by name. */
export const finiteOrNamed = z.union([z.number(), z.enum(NAMED_NUMBERS).transform(Number)]);

/** Writes a body, non-finite numbers as {@link finiteOrNamed} reads them. */
export function serializeBody(body: unknown): string {
  return JSON.stringify(body, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
}
