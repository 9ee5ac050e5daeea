import { InvalidTokenError } from '@fleetune/scheduler';
import type { PageCursor } from '@fleetune/store';

/** A page token names the query it belongs to, so that it cannot continue another one. */
export function encodePageToken(query: string, cursor: PageCursor): string {
  return Buffer.from(JSON.stringify([query, ...cursor])).toString('base64url');
}

/**
 * @param length how many values a cursor of the query has.
 * @throws InvalidTokenError
 */
export function decodePageToken(query: string, token: string, length: number): PageCursor {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw new InvalidTokenError();
  }
  if (!Array.isArray(parts) || parts[0] !== query) throw new InvalidTokenError();
  const cursor = parts.slice(1);
  if (cursor.length !== length || !cursor.every(isStorable)) throw new InvalidTokenError();
  return cursor;
}

/** PostgreSQL keeps no NUL in texts. */
function isStorable(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}
