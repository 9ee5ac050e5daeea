import { createHash } from 'node:crypto';
import { InvalidTokenError } from '@fleetune/scheduler';
import { z } from 'zod';

const placeSchema = z.strictObject({
  /** Of the query that the token was given out for. */
  query: z.string(),
  /** In a listing. */
  listing: z.string().optional(),
  /** In an answer that was sorted. */
  after: z.strictObject({ value: z.union([z.number(), z.string()]).optional(), name: z.string() }).optional(),
});

/** Where a search goes on. */
export type SearchPlace = Omit<z.output<typeof placeSchema>, 'query'>;

/** @param query whatever decides what is found and in which order. */
export function searchToken(query: unknown, place: SearchPlace): string {
  return Buffer.from(JSON.stringify({ query: digest(query), ...place })).toString('base64url');
}

/** @throws InvalidTokenError for a token that this query did not return. */
export function searchPlace(query: unknown, token: string): SearchPlace {
  const parsed = placeSchema.safeParse(parseJson(Buffer.from(token, 'base64url').toString()));
  if (!parsed.success || parsed.data.query !== digest(query)) throw new InvalidTokenError();
  const { query: _query, ...place } = parsed.data;
  return place;
}

function digest(query: unknown): string {
  return createHash('sha256').update(JSON.stringify(query)).digest('base64url').slice(0, 16);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
