import { InvalidTokenError } from '@fleetune/scheduler';
import type { PageCursor } from '@fleetune/store';

/** A page token names the query it belongs to, so that it cannot continue another one. */
export function encodePageToken(query: string, cursor: PageCursor): string {
  return Buffer.from(JSON.stringify([query, cursor.value, cursor.id])).toString('base64url');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws InvalidTokenError */
export function decodePageToken(query: string, token: string): PageCursor {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw new InvalidTokenError();
  }
  if (!Array.isArray(parts) || parts[0] !== query) throw new InvalidTokenError();
  const [, value, id] = parts as unknown[];
  if (typeof value !== 'string' || typeof id !== 'string' || !UUID.test(id)) throw new InvalidTokenError();
  return { value, id };
}
