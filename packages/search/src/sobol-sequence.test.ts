import { expect, it } from 'vitest';
import { SOBOL_DIMENSIONS, SobolSequence } from './sobol-sequence.js';

it('fills every elementary interval of the first 2^k points in each dimension once', () => {
  const sequence = new SobolSequence(SOBOL_DIMENSIONS, 3, 'test');
  const points = Array.from({ length: 256 }, (_, i) => sequence.point(i));
  for (let k = 0; k < SOBOL_DIMENSIONS; k++) {
    expect(new Set(points.map((point) => Math.floor((point[k] as number) * 256))).size).toBe(256);
  }
});

it('is balanced in the plane of its first two dimensions', () => {
  const sequence = new SobolSequence(2, 5, 'test');
  const cells = new Map<string, number>();
  for (let i = 0; i < 256; i++) {
    const [x, y] = sequence.point(i) as unknown as [number, number];
    const cell = `${Math.floor(x * 16)},${Math.floor(y * 16)}`;
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  expect(cells.size).toBe(256);
});

it('integrates a product in 41 dimensions far better than chance would', () => {
  const sequence = new SobolSequence(SOBOL_DIMENSIONS, 8, 'test');
  const count = 4_096;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += sequence.point(i).reduce((product, x, k) => product * (1 + ((x - 0.5) * 3) / (k + 1) ** 2), 1);
  }
  // Independent points would have a standard error of about 0.016.
  expect(Math.abs(sum / count - 1)).toBeLessThan(0.004);
});

it('depends on seed, purpose and index only', () => {
  const point = (seed: number, purpose: string) => [...new SobolSequence(50, seed, purpose).point(77)];
  expect(point(1, 'a')).toEqual(point(1, 'a'));
  expect(point(1, 'a')).not.toEqual(point(2, 'a'));
  expect(point(1, 'a')).not.toEqual(point(1, 'b'));
  expect(point(1, 'a').every((x) => x > 0 && x < 1)).toBe(true);
});
