import { z } from 'zod';
import { InvalidInputError } from '../input.js';

const searchPlaceSchema = z.strictObject({
  /** Of the list of training jobs. */
  page: z.string().optional(),
  stream: z.string().optional(),
  /** Counted from 1; an offset is good for the log of its own attempt only. */
  attempt: z.int().optional(),
  offset: z.int().min(0).optional(),
});

/** Where a search through several streams goes on. */
export type SearchPlace = z.output<typeof searchPlaceSchema>;

export function searchToken(place: SearchPlace): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** @throws InvalidInputError */
export function parseSearchToken(token: string): SearchPlace {
  try {
    return searchPlaceSchema.parse(JSON.parse(Buffer.from(token, 'base64url').toString('utf8')));
  } catch {
    throw new InvalidInputError('The specified nextToken is invalid.');
  }
}
