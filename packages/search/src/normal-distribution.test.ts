import { expect, it } from 'vitest';
import { logExpectedExcess, normalProbability, normalQuantile } from './normal-distribution.js';

// Computed to 60 digits: u, log(density(u) + u probability(u)), probability(u).
const EXACT = [
  [-1000, -500014.73445209116, 0],
  [-40, -808.29856835661996, 0],
  [-10, -55.553122036122356, 7.6198530241605261e-24],
  [-6, -22.578879392169797, 9.8658764503769814e-10],
  [-3, -7.8696860596030285, 0.0013498980316300945],
  [-1.5, -3.5299359208057099, 0.066807201268858066],
  [-1.0001, -2.4853114564458833, 0.15863105806885876],
  [-0.9999, -2.4849306021991763, 0.15867945221376258],
  [0, -0.91893853320467274, 0.5],
  [1, 0.08002621884930694, 0.84134474606854295],
  [3, 1.0987396653277078, 0.99865010196836991],
] as const;

it.each(EXACT)('is exact at %d', (u, logExpectation, probability) => {
  expect(Math.abs(logExpectedExcess(u).value / logExpectation - 1)).toBeLessThan(1e-12);
  expect(Math.abs(normalProbability(u) - probability)).toBeLessThanOrEqual(1e-12 * probability);
});

it.each([-200, -8, -1.3, -0.5, 0, 2, 7])('has the right slope and density share at %d', (u) => {
  const h = 1e-5 * Math.max(1, Math.abs(u));
  const slope = (logExpectedExcess(u + h).value - logExpectedExcess(u - h).value) / (2 * h);
  const exact = logExpectedExcess(u);
  expect(Math.abs(exact.slope / slope - 1)).toBeLessThan(1e-6);
  expect(Math.abs(exact.densityShare - (1 - u * exact.slope))).toBeLessThan(1e-6 * (1 + u * u));
});

it.each([1e-10, 0.01, 0.3, 0.5, 0.9, 1 - 1e-9])('inverts the probability %d', (probability) => {
  expect(Math.abs(normalProbability(normalQuantile(probability)) / probability - 1)).toBeLessThan(1e-10);
});
