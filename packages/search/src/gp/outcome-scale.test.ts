import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scaleOutcomes } from './outcome-scale.js';

const costs = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 40 });

it('keeps the order, and centres and scales', () => {
  fc.assert(
    fc.property(costs, (raw) => {
      const { values } = scaleOutcomes(Float64Array.from(raw));
      for (let i = 1; i < raw.length; i++) {
        const before = Math.sign((raw[i] as number) - (raw[i - 1] as number));
        const after = Math.sign((values[i] as number) - (values[i - 1] as number));
        // Values closer than rounding may meet, but no two change places.
        expect(before * after).toBeGreaterThanOrEqual(0);
      }
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
      expect(mean).toBeCloseTo(0, 6);
      if (variance > 0) expect(variance).toBeCloseTo(1, 6);
    }),
  );
});

it('does not let one disaster flatten the differences among the good', () => {
  const { values } = scaleOutcomes(Float64Array.of(1, 2, 3, 4, 5, 1e9));
  expect((values[1] as number) - (values[0] as number)).toBeGreaterThan(0.2);
});

it('puts failed trials with the worst', () => {
  const { values } = scaleOutcomes(Float64Array.of(Number.NaN, 3, 1, Number.NaN, 2));
  expect(values[0]).toBe(values[1]);
  expect(values[3]).toBe(values[1]);
  expect(values[2]).toBeLessThan(values[4] as number);
});

it('calls a constant objective all zero, and survives the widest values', () => {
  expect([...scaleOutcomes(Float64Array.of(7, 7, 7)).values]).toEqual([0, 0, 0]);
  const { values } = scaleOutcomes(Float64Array.of(-1.5e308, 1.5e308, 0, 1e308, 4));
  expect(values.every(Number.isFinite)).toBe(true);
});

it('keeps small differences of a large objective, and how far apart the good ones are', () => {
  const { values } = scaleOutcomes(Float64Array.of(1e6, 1e6 + 1e-3, 1e6 + 2e-3, 1e6 + 4e-3, 1e6 + 1));
  const gap = (i: number) => (values[i + 1] as number) - (values[i] as number);
  expect(gap(0)).toBeCloseTo(gap(1), 5);
  expect(gap(3)).toBeLessThan(3 * gap(0));
});
