import { InvalidTokenError } from '@fleetune/scheduler';
import { describe, expect, it } from 'vitest';
import { decodePageToken, encodePageToken } from './page-token.js';

const CURSOR = ['2026-01-01 00:00:00+00', '8a6e0804-2bd0-4672-b79d-d97027f9071a'];

describe('a page token', () => {
  it('brings its cursor back to the query that made it', () => {
    expect(decodePageToken('q', encodePageToken('q', CURSOR), 2)).toEqual(CURSOR);
  });

  it.each([
    ['of another query', encodePageToken('other', CURSOR)],
    ['that is not one', 'garbage'],
    ['with another number of values', encodePageToken('q', ['x'])],
    ['with a text that cannot be stored', encodePageToken('q', ['x', 'a\0b'])],
    ['with the wrong parts', Buffer.from('["q", 5, 6]').toString('base64url')],
  ])('%s is refused', (_what, token) => {
    expect(() => decodePageToken('q', token, 2)).toThrow(InvalidTokenError);
  });
});
