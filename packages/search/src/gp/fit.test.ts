import fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomStream } from '../random-stream.js';
import { type FitData, fitHyperparameters, negativeLogPosterior } from './fit.js';
import { priorMode, toLogVector } from './hyperparameters.js';

const layout = { numeric: [0, 2], categorical: [1] };

it('has the gradient that differences of its values show', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 14 }), fc.integer(), (n, seed) => {
      const objective = negativeLogPosterior(sample(n, seed, 0.1));
      const stream = randomStream(seed, 'vector');
      const vector = toLogVector(priorMode(3)).map((log) => log + stream.normal() * 0.7);
      const gradient = new Float64Array(vector.length);
      objective(vector, gradient);
      for (let k = 0; k < vector.length; k++) {
        const difference = centralDifference((x) => objective(x, new Float64Array(x.length)), vector, k, 1e-5);
        expect(Math.abs(difference - (gradient[k] as number))).toBeLessThan(1e-5 * (1 + Math.abs(difference)));
      }
    }),
    { numRuns: 40 },
  );
});

it('finds out which coordinates matter and how noisy the values are', () => {
  const quiet = fitHyperparameters(sample(60, 4, 0), [priorMode(3)], 60);
  const [relevant, irrelevant] = quiet.lengthscales as unknown as [number, number];
  expect(irrelevant / relevant).toBeGreaterThan(5);
  expect(quiet.noiseVariance).toBeLessThan(1e-3);
  const noisy = fitHyperparameters(sample(60, 4, 0.4), [priorMode(3)], 60);
  expect(noisy.noiseVariance).toBeGreaterThan(0.05);
  expect(noisy.noiseVariance).toBeLessThan(0.4);
});

/** Values move with the first coordinate and the category; the third coordinate has no influence. */
function sample(n: number, seed: number, noise: number): FitData {
  const stream = randomStream(seed, 'points');
  const points = Array.from({ length: n }, () =>
    Float64Array.of(stream.uniform(), (stream.below(3) + 0.5) / 3, stream.uniform()),
  );
  const values = Float64Array.from(
    points,
    (point) => Math.sin(7 * (point[0] as number)) + (point[1] as number) + noise * stream.normal(),
  );
  return { layout, points, values, extraNoise: new Float64Array(n) };
}

function centralDifference(f: (x: Float64Array) => number, at: Float64Array, k: number, h: number): number {
  const shifted = (by: number) => at.map((value, i) => (i === k ? value + by : value));
  return (f(shifted(h)) - f(shifted(-h))) / (2 * h);
}
