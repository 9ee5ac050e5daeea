import { expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

it('doubles from 0.2 s to 5 s and leaves the upper half to chance', () => {
  const most = [0, 1, 2, 3, 4, 5, 50].map((failures) => backoffMs(failures, () => 1));
  expect(most).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  expect(backoffMs(0, () => 0)).toBe(100);
  expect(backoffMs(9, () => 0)).toBe(2_500);
});
