import { expect, it } from 'vitest';
import { randomStream } from './random-stream.js';

it('is named by seed, purpose and indices', () => {
  const first = (...name: Parameters<typeof randomStream>) => randomStream(...name).uniform();
  expect(first(1, 'a', 2)).toBe(first(1, 'a', 2));
  const others = [first(2, 'a', 2), first(1, 'b', 2), first(1, 'a', 3), first(1, 'a', 2, 0), first(1.5, 'a', 2)];
  expect(new Set([first(1, 'a', 2), ...others]).size).toBe(6);
});

it('has independent neighbours: their first numbers are uniform and uncorrelated', () => {
  const firsts = Array.from({ length: 4_000 }, (_, i) => randomStream(9, 'test', i).uniform() - 0.5);
  const mean = firsts.reduce((sum, x) => sum + x, 0) / firsts.length;
  const variance = firsts.reduce((sum, x) => sum + x * x, 0) / firsts.length;
  const lagged = firsts.reduce((sum, x, i) => sum + x * (firsts[i + 1] ?? 0), 0) / firsts.length;
  expect(Math.abs(mean)).toBeLessThan(0.02);
  expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.005);
  expect(Math.abs(lagged)).toBeLessThan(0.006);
});

it('draws normal numbers and integers in their bounds', () => {
  const stream = randomStream(3, 'test');
  const normals = Array.from({ length: 4_000 }, () => stream.normal());
  expect(Math.abs(normals.reduce((sum, x) => sum + x, 0) / 4_000)).toBeLessThan(0.06);
  expect(Math.abs(normals.reduce((sum, x) => sum + x * x, 0) / 4_000 - 1)).toBeLessThan(0.1);
  const drawn = new Set(Array.from({ length: 200 }, () => stream.below(3)));
  expect([...drawn].sort()).toEqual([0, 1, 2]);
});
