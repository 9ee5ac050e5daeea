import { expect, it } from 'vitest';
import { logExpectedExcess, normalProbability, normalQuantile } from './normal-distribution.js';

// Computed to 60 digits, rounded to doubles: u, log(density(u) + u probability(u)), probability(u).
const EXACT = [
  [-1000, -500014.73445209116, 0],
  [-40, -808.29856835662, 0],
  [-10, -55.55312203612235, 7.619853024160525e-24],
  [-6, -22.578879392169796, 9.86587645037698e-10],
  [-3, -7.869686059603029, 0.0013498980316300946],
  [-1.5, -3.52993592080571, 0.06680720126885807],
  [-1.0001, -2.485311456445883, 0.15863105806885877],
  [-0.9999, -2.484930602199176, 0.1586794522137626],
  [0, -0.9189385332046728, 0.5],
  [1, 0.08002621884930694, 0.8413447460685429],
  [3, 1.0987396653277077, 0.9986501019683699],
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
