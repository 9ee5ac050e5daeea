import { describe, expect, it } from 'vitest';
import { logExpectedImprovement } from '../acquisition/log-ei.js';
import { randomStream } from '../random-stream.js';
import { Posterior } from './posterior.js';

const layout = { numeric: [0, 1], categorical: [2] };
const hyperparameters = { lengthscales: Float64Array.of(0.4, 0.7, 1.5), signalVariance: 1.3, noiseVariance: 1e-6 };

describe('posterior', () => {
  it('passes through noiseless observations and is unsure far away', () => {
    const { posterior, points, values } = conditioned(12);
    points.forEach((point, i) => {
      const { mean, variance } = posterior.predict(point);
      expect(mean).toBeCloseTo(values[i] as number, 3);
      expect(variance).toBeLessThan(1e-5);
    });
    expect(posterior.predict(Float64Array.of(9, 9, 0.25)).variance).toBeCloseTo(1.3, 6);
    expect(posterior.leastMean()).toBeCloseTo(Math.min(...values), 3);
  });

  it('keeps its means and shrinks its variance around a pending point', () => {
    const { posterior } = conditioned(8);
    const pending = Float64Array.of(0.31, 0.62, 0.25);
    const probe = Float64Array.of(0.35, 0.6, 0.25);
    const before = posterior.predict(probe);
    posterior.addPending(pending);
    const after = posterior.predict(probe);
    expect(after.mean).toBeCloseTo(before.mean, 9);
    expect(after.variance).toBeLessThan(0.5 * before.variance);
    expect(posterior.predict(pending).variance).toBeLessThan(1e-5);
    posterior.dropPending();
    expect(posterior.predict(probe).variance).toBeCloseTo(before.variance, 9);
  });

  it('never has less variance than it roughly says, and the same mean', () => {
    const { posterior, stream } = conditioned(10);
    for (let i = 0; i < 50; i++) {
      const point = randomPoint(stream);
      const exact = posterior.predict(point);
      const rough = posterior.roughly(point);
      expect(rough.mean).toBeCloseTo(exact.mean, 10);
      expect(rough.variance).toBeGreaterThanOrEqual(exact.variance - 1e-12);
    }
  });

  it('trusts a value less the greater its known noise', () => {
    const point = Float64Array.of(0.5, 0.5, 0.25);
    const other = Float64Array.of(0.6, 0.5, 0.25);
    const meanWithNoise = (noise: number) => {
      const posterior = new Posterior(layout, hyperparameters);
      posterior.addObserved(point, noise);
      posterior.addObserved(other, 0);
      posterior.setValues(Float64Array.of(2, -2));
      return posterior.predict(point).mean;
    };
    expect(meanWithNoise(1)).toBeLessThan(meanWithNoise(0) - 1);
  });

  it('gives log expected improvement the gradient that differences show', () => {
    const { posterior, stream } = conditioned(10);
    posterior.addPending(randomPoint(stream));
    const incumbent = posterior.leastMean();
    const score = (point: Float64Array) => logExpectedImprovement(posterior.predict(point), incumbent).value;
    for (let i = 0; i < 30; i++) {
      const point = randomPoint(stream);
      const prediction = posterior.predictWithGradient(point);
      const { byMean, byVariance } = logExpectedImprovement(prediction, incumbent);
      const gradient = new Float64Array(2);
      prediction.addGradient(byMean, byVariance, gradient);
      for (const k of layout.numeric) {
        const shifted = (by: number) => point.map((value, j) => (j === k ? value + by : value));
        const difference = (score(shifted(1e-6)) - score(shifted(-1e-6))) / 2e-6;
        expect(Math.abs(difference - (gradient[k] as number))).toBeLessThan(1e-3 * (1 + Math.abs(difference)));
      }
    }
  });
});

function conditioned(n: number) {
  const stream = randomStream(11, 'posterior');
  const points = Array.from({ length: n }, () => randomPoint(stream));
  const values = Float64Array.from(points, () => stream.normal());
  const posterior = new Posterior(layout, hyperparameters);
  for (const point of points) posterior.addObserved(point, 0);
  posterior.setValues(values);
  return { posterior, points, values, stream };
}

function randomPoint(stream: ReturnType<typeof randomStream>): Float64Array {
  return Float64Array.of(stream.uniform(), stream.uniform(), (stream.below(2) + 0.5) / 2);
}
