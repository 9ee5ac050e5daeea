import { expect, it } from 'vitest';
import { chooseSubset } from './subset.js';

const values = Float64Array.from({ length: 300 }, (_, i) => Math.abs(i - 100));
const distance = (i: number, j: number) => Math.abs(i - j);

it('keeps everything that fits', () => {
  expect(chooseSubset(values, 300, distance)).toEqual([...values.keys()]);
});

it('keeps the best, the nearest to the best, and a spread of the others', () => {
  const chosen = chooseSubset(values, 60, distance);
  expect(chosen).toHaveLength(60);
  expect(new Set(chosen).size).toBe(60);
  expect(chosen).toEqual(expect.arrayContaining([90, 100, 110, 85, 115]));
  expect(Math.min(...chosen)).toBeLessThan(20);
  expect(Math.max(...chosen)).toBeGreaterThan(280);
});
