import { expect, it } from 'vitest';
import { type Differentiable, minimise } from './lbfgs.js';

const options = { maxEvaluations: 300, gradientTolerance: 1e-8, valueTolerance: 0 };

const rosenbrock: Differentiable = (point, gradient) => {
  const [x, y] = point as unknown as [number, number];
  gradient[0] = -400 * x * (y - x * x) - 2 * (1 - x);
  gradient[1] = 200 * (y - x * x);
  return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
};

it('walks the curved valley of Rosenbrock to its end', () => {
  const { x, evaluations } = minimise(rosenbrock, Float64Array.of(-1.2, 1), boxOf(-5, 5), options);
  expect(x[0]).toBeCloseTo(1, 5);
  expect(x[1]).toBeCloseTo(1, 5);
  expect(evaluations).toBeLessThan(120);
});

it('stops on the bounds when the minimum is outside', () => {
  const { x } = minimise(rosenbrock, Float64Array.of(-1.2, 0.3), boxOf(-2, 0.5), options);
  expect(x[0]).toBeCloseTo(0.5, 6);
  expect(x[1]).toBeCloseTo(0.25, 5);
});

it('backs away from where the function is not defined', () => {
  const logBarrier: Differentiable = (point, gradient) => {
    const x = point[0] as number;
    gradient[0] = 1 - 1 / x;
    return x > 0 ? x - Math.log(x) : Number.NaN;
  };
  const box = { lower: Float64Array.of(-10), upper: Float64Array.of(10) };
  const { x, value } = minimise(logBarrier, Float64Array.of(6), box, options);
  expect(x[0]).toBeCloseTo(1, 5);
  expect(value).toBeCloseTo(1, 9);
});

it('keeps the start when it is given no evaluations to spend', () => {
  const { x } = minimise(rosenbrock, Float64Array.of(-1.2, 1), boxOf(-5, 5), { ...options, maxEvaluations: 1 });
  expect([...x]).toEqual([-1.2, 1]);
});

function boxOf(low: number, high: number) {
  return { lower: Float64Array.of(low, low), upper: Float64Array.of(high, high) };
}
