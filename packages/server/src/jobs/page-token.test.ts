import { InvalidTokenError } from '@fleetune/scheduler';
import { describe, expect, it } from 'vitest';
import { decodePageToken, encodePageToken } from './page-token.js';

const CURSOR = { value: '2026-01-01 00:00:00+00', id: '8a6e0804-2bd0-4672-b79d-d97027f9071a' };

describe('a page token', () => {
  it('brings its cursor back to the query that made it', () => {
    expect(decodePageToken('q', encodePageToken('q', CURSOR))).toEqual(CURSOR);
  });

  it.each([
    ['of another query', encodePageToken('other', CURSOR)],
    ['that is not one', 'garbage'],
    ['that was tampered with', encodePageToken('q', { value: 'x', id: "'; DROP TABLE jobs" })],
    ['with the wrong parts', Buffer.from('["q", 5, 6]').toString('base64url')],
  ])('%s is refused', (_what, token) => {
    expect(() => decodePageToken('q', token)).toThrow(InvalidTokenError);
  });
});
