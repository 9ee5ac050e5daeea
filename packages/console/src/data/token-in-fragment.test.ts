import { describe, expect, it } from 'vitest';
import { tokenInFragment } from './token-in-fragment.js';

describe('the token in an address', () => {
  it.each([
    ['#token=abc123', 'abc123'],
    ['#token=a%2Bb', 'a+b'],
    ['#token=', undefined],
    ['#other=1', undefined],
    ['', undefined],
  ])('%s holds %s', (fragment, token) => {
    expect(tokenInFragment(fragment)).toBe(token);
  });
});
