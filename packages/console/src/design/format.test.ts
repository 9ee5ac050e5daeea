import { describe, expect, it } from 'vitest';
import { formatAge, formatDuration, formatNumber } from './format.js';

describe('numbers', () => {
  it.each([
    [undefined, '–'],
    [0.8981512, '0.8982'],
    [12, '12'],
    [1234.5678, '1234.57'],
    [0.0000123, '1.23e-5'],
    [-2.5e7 - 0.5, '-2.5e7'],
    [Number.NaN, 'NaN'],
    ['adam', 'adam'],
  ])('%s is shown as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });
});

describe('durations', () => {
  it.each([
    [0.84, '0.8 s'],
    [42.4, '42 s'],
    [185, '3 min 5 s'],
    [7800, '2 h 10 min'],
    [86_400, '1 d'],
  ])('%d seconds are shown as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('shows how long ago something was', () => {
    expect([formatAge(0, 59_000), formatAge(0, 61_000), formatAge(0, 2 * 86_400_000)]).toEqual([
      'just now',
      '1 min ago',
      '2 d ago',
    ]);
  });
});
