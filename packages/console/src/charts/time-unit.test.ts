import { expect, it } from 'vitest';
import { timeUnit } from './time-unit.js';

it.each([
  [20, 'seconds'],
  [179, 'seconds'],
  [180, 'minutes'],
  [7_000, 'minutes'],
  [10_800, 'hours'],
  [400_000, 'days'],
])('%d seconds are drawn in %s', (seconds, name) => {
  expect(timeUnit(seconds).name).toBe(name);
});
