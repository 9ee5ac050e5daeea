import fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomStream } from '../random-stream.js';
import { Cholesky } from './cholesky.js';

const sizes = fc.integer({ min: 1, max: 24 });

it('multiplies back to the matrix, solves and inverts it', () => {
  fc.assert(
    fc.property(sizes, fc.integer(), (n, seed) => {
      const matrix = positiveDefinite(n, seed);
      const factor = new Cholesky();
      expect(factor.factorise(matrix, n)).toBe(0);
      const inverse = new Float64Array(n * n);
      factor.inverseLower(inverse);
      for (let i = 0; i < n; i++) {
        const unit = Float64Array.from({ length: n }, (_, k) => (k === i ? 1 : 0));
        factor.solve(unit);
        for (let j = 0; j <= i; j++) {
          let product = 0;
          for (let k = 0; k <= j; k++) product += factor.at(i, k) * factor.at(j, k);
          expect(product).toBeCloseTo(matrix[i * n + j] as number, 9);
          expect(inverse[i * n + j]).toBeCloseTo(unit[j] as number, 9);
        }
      }
    }),
    { numRuns: 40 },
  );
});

it('grows row by row to the factor of the whole, and forgets rows again', () => {
  fc.assert(
    fc.property(sizes, fc.integer(), (n, seed) => {
      const matrix = positiveDefinite(n, seed);
      const whole = new Cholesky(n);
      whole.factorise(matrix, n);
      const grown = new Cholesky(1);
      const appendFrom = (from: number) => {
        for (let i = from; i < n; i++) {
          grown.append(matrix.subarray(i * n, i * n + i), matrix[i * n + i] as number);
        }
      };
      appendFrom(0);
      grown.truncate(Math.floor(n / 2));
      appendFrom(Math.floor(n / 2));
      for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) expect(grown.at(i, j)).toBeCloseTo(whole.at(i, j), 9);
      expect(grown.logDeterminant()).toBeCloseTo(whole.logDeterminant(), 8);
    }),
    { numRuns: 40 },
  );
});

it('adds as little to the diagonal of a singular matrix as lets it be factorised', () => {
  const factor = new Cholesky();
  const added = factor.factorise(Float64Array.of(1, 1, 1, 1), 2);
  expect(added).toBeGreaterThan(0);
  expect(added).toBeLessThan(1e-6);
  expect(factor.size).toBe(2);
});

it('gives up on a matrix that is far from positive definite', () => {
  const factor = new Cholesky();
  expect(factor.factorise(Float64Array.of(1, 5, 5, 1), 2)).toBeNaN();
  expect(factor.size).toBe(0);
});

it('survives a row appended twice', () => {
  const factor = new Cholesky();
  factor.append(new Float64Array(0), 2);
  factor.append(Float64Array.of(2), 2);
  const b = Float64Array.of(1, 1);
  factor.solve(b);
  expect(b.every(Number.isFinite)).toBe(true);
});

function positiveDefinite(n: number, seed: number): Float64Array {
  const stream = randomStream(seed, 'matrix');
  const root = Float64Array.from({ length: n * n }, () => stream.normal());
  return Float64Array.from({ length: n * n }, (_, at) => {
    const i = Math.floor(at / n);
    const j = at % n;
    let sum = i === j ? n : 0;
    for (let k = 0; k < n; k++) sum += (root[i * n + k] as number) * (root[j * n + k] as number);
    return sum;
  });
}
