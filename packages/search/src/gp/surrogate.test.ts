import { expect, it } from 'vitest';
import { randomStream } from '../random-stream.js';
import { Surrogate } from './surrogate.js';

const layout = { numeric: [0, 1], categorical: [] };

function observations(count: number) {
  const stream = randomStream(5, 'surrogate');
  const points = Array.from({ length: count }, () => Float64Array.of(stream.uniform(), stream.uniform()));
  const values = Float64Array.from(points, ([x, y]) => Math.sin(4 * (x as number)) + (y as number));
  return { points, values, extraNoise: new Float64Array(count) };
}

it('learns as observations come in, whether fitted again or only extended', () => {
  const surrogate = new Surrogate(layout);
  const probe = Float64Array.of(0.3, 0.6);
  for (let count = 20; count <= 40; count++) surrogate.condition(observations(count), 1);
  const posterior = surrogate.condition(observations(40), 1);
  expect(posterior.observedCount).toBe(40);
  expect(posterior.predict(probe).mean).toBeCloseTo(Math.sin(1.2) + 0.6, 1);
});

it('is less sure between the observations when it takes the function to be rougher', () => {
  const surrogate = new Surrogate(layout);
  const probe = Float64Array.of(0.31, 0.64);
  const likeliest = surrogate.condition(observations(25), 1).predict(probe).variance;
  const rough = surrogate.condition(observations(25), 0.5).predict(probe).variance;
  expect(rough).toBeGreaterThan(1.5 * likeliest);
  expect(surrogate.condition(observations(25), 1).predict(probe).variance).toBeCloseTo(likeliest, 9);
});

it('forgets pending points between asks, in every view', () => {
  const surrogate = new Surrogate(layout);
  for (const factor of [1, 0.6]) {
    surrogate.condition(observations(12), factor).addPending(Float64Array.of(0.5, 0.5));
    expect(surrogate.condition(observations(12), factor).size).toBe(12);
  }
});

it('keeps a choice of a long history', () => {
  const posterior = new Surrogate(layout).condition(observations(1_500), 1);
  expect(posterior.observedCount).toBe(400);
});
