import type { ParameterRange } from '@fleetune/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SearchSpace } from './space.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 });

const range: fc.Arbitrary<ParameterRange> = fc.oneof(
  fc
    .tuple(finite, finite, fc.constantFrom('Auto' as const, 'Linear' as const))
    .filter(([a, b]) => a < b)
    .map(([min, max, scaling]) => ({ kind: 'continuous' as const, name: 'x', min, max, scaling })),
  fc
    .tuple(fc.double({ noNaN: true, min: 1e-300, max: 1e300 }), fc.double({ noNaN: true, min: 1e-300, max: 1e300 }))
    .filter(([a, b]) => a < b)
    .map(([min, max]) => ({ kind: 'continuous' as const, name: 'x', min, max, scaling: 'Logarithmic' as const })),
  fc
    .tuple(fc.double({ noNaN: true, min: 0, max: 0.999999 }), fc.double({ noNaN: true, min: 0, max: 0.999999 }))
    .filter(([a, b]) => a < b)
    .map(([min, max]) => ({
      kind: 'continuous' as const,
      name: 'x',
      min,
      max,
      scaling: 'ReverseLogarithmic' as const,
    })),
  fc
    .tuple(fc.integer(), fc.integer({ min: 1 }), fc.constantFrom('Auto' as const, 'Linear' as const))
    .map(([min, span, scaling]) => ({ kind: 'integer' as const, name: 'x', min, max: min + span, scaling })),
  fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 1e6 })).map(([min, span]) => ({
    kind: 'integer' as const,
    name: 'x',
    min,
    max: min + span,
    scaling: 'Logarithmic' as const,
  })),
  fc
    .uniqueArray(fc.string(), { minLength: 1, maxLength: 30 })
    .map((values) => ({ kind: 'categorical' as const, name: 'x', values })),
);

describe('encoding', () => {
  it('decodes every point of the cube, its faces included, into the range', () => {
    fc.assert(
      fc.property(range, fc.double({ noNaN: true, min: -0.1, max: 1.1 }), (one, unit) => {
        const value = new SearchSpace([one]).decode([unit]).x;
        if (one.kind === 'categorical') expect(one.values).toContain(value);
        else {
          expect(value).toBeGreaterThanOrEqual(one.min);
          expect(value).toBeLessThanOrEqual(one.max);
          if (one.kind === 'integer') expect(Number.isInteger(value)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives discrete values back exactly, and continuous ones to rounding', () => {
    fc.assert(
      fc.property(range, fc.double({ noNaN: true, min: 0, max: 1 }), (one, unit) => {
        const space = new SearchSpace([one]);
        const configuration = space.decode([unit]);
        const encoded = space.encode(configuration);
        expect(encoded[0]).toBeGreaterThanOrEqual(0);
        expect(encoded[0]).toBeLessThanOrEqual(1);
        if (one.kind !== 'continuous') expect(space.decode(encoded)).toEqual(configuration);
        else if (one.max - one.min > 1e-6 * Math.max(Math.abs(one.min), Math.abs(one.max))) {
          const again = space.encode(space.decode(encoded));
          expect(Math.abs((again[0] as number) - (encoded[0] as number))).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never decodes to less when it goes up', () => {
    fc.assert(
      fc.property(
        range,
        fc.double({ noNaN: true, min: 0, max: 1 }),
        fc.double({ noNaN: true, min: 0, max: 1 }),
        (one, a, b) => {
          fc.pre(one.kind !== 'categorical');
          const space = new SearchSpace([one]);
          const low = space.decode([Math.min(a, b)]).x as number;
          const high = space.decode([Math.max(a, b)]).x as number;
          expect(high - low).toBeGreaterThanOrEqual(-1e-9 * Math.max(Math.abs(low), Math.abs(high)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('walks logarithmic ranges by factors and reverse-logarithmic ones by the distance from 1', () => {
    const middle = (one: ParameterRange) => new SearchSpace([one]).decode([0.5]).x;
    expect(middle({ kind: 'continuous', name: 'x', min: 1e-4, max: 1, scaling: 'Auto' })).toBeCloseTo(1e-2, 10);
    expect(middle({ kind: 'continuous', name: 'x', min: 0, max: 0.9999, scaling: 'Auto' })).toBeCloseTo(0.99, 10);
    expect(middle({ kind: 'continuous', name: 'x', min: 1, max: 9, scaling: 'Auto' })).toBe(5);
  });

  it('gives every integer of a linear range the same share, the ends too', () => {
    const space = new SearchSpace([{ kind: 'integer', name: 'x', min: -1, max: 2, scaling: 'Linear' }]);
    const values = Array.from({ length: 400 }, (_, i) => space.decode([(i + 0.5) / 400]).x);
    for (const value of [-1, 0, 1, 2]) expect(values.filter((x) => Object.is(x, value))).toHaveLength(100);
  });

  it('snaps to exactly the point that the decoded configuration encodes to', () => {
    fc.assert(
      fc.property(range, fc.double({ noNaN: true, min: 0, max: 1 }), (one, unit) => {
        fc.pre(one.kind !== 'continuous');
        const space = new SearchSpace([one]);
        const point = Float64Array.of(unit);
        space.snap(point);
        expect(point).toEqual(space.encode(space.decode([unit])));
      }),
    );
  });
});

it('counts and numbers the configurations of a finite space', () => {
  const space = new SearchSpace([
    { kind: 'categorical', name: 'a', values: ['x', 'y'] },
    { kind: 'integer', name: 'b', min: 4, max: 6, scaling: 'Linear' },
  ]);
  expect(space.size).toBe(6);
  const all = Array.from({ length: 6 }, (_, rank) => space.at(rank));
  expect(all[0]).toEqual({ a: 'x', b: 4 });
  expect(all[1]).toEqual({ a: 'x', b: 5 });
  expect(all[5]).toEqual({ a: 'y', b: 6 });
  expect(new Set(all.map((configuration) => space.key(configuration))).size).toBe(6);
});
