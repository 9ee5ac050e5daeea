import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatParameterValue, type ParameterRange, rangeFaults, resolveScaling } from './parameter-range.js';

const continuous = (
  min: number,
  max: number,
  scaling: 'Auto' | 'Linear' | 'Logarithmic' | 'ReverseLogarithmic' = 'Auto',
) => ({ kind: 'continuous', name: 'x', min, max, scaling }) as const;

describe('rangeFaults', () => {
  it.each<[string, ParameterRange[], RegExp]>([
    ['ends the wrong way round', [continuous(2, 1)], /min 2 and max 1/],
    ['one point', [continuous(1, 1)], /use a static hyperparameter/],
    ['infinity', [continuous(0, Number.POSITIVE_INFINITY)], /needs finite ends/],
    ['a logarithm of zero', [continuous(0, 1, 'Logarithmic')], /needs min > 0/],
    ['a reverse logarithm up to one', [continuous(0, 1, 'ReverseLogarithmic')], /max < 1/],
    ['half an integer', [{ kind: 'integer', name: 'n', min: 0.5, max: 3, scaling: 'Linear' }], /not integers/],
    ['no values', [{ kind: 'categorical', name: 'c', values: [] }], /lists no values/],
    ['a value twice', [{ kind: 'categorical', name: 'c', values: ['a', 'a'] }], /same value twice/],
    [
      'too many values',
      [{ kind: 'categorical', name: 'c', values: Array.from({ length: 31 }, (_, index) => `v${index}`) }],
      /lists 31 values; at most 30/,
    ],
    ['a name twice', [continuous(0, 1), continuous(0, 2)], /more than one range/],
  ])('names %s', (_what, ranges, fault) => {
    expect(rangeFaults(ranges).join(' ')).toMatch(fault);
  });

  it('accepts every proper numeric range', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
        fc.double({ noNaN: true, min: 1e-6, max: 1e9 }),
        (min, width) => {
          expect(rangeFaults([continuous(min, min + width, 'Linear')])).toEqual(
            min + width > min ? [] : expect.anything(),
          );
        },
      ),
    );
  });
});

describe('resolveScaling', () => {
  it.each([
    [continuous(0.0001, 1), 'Logarithmic'],
    [continuous(1, 10), 'Linear'],
    [continuous(0, 1), 'Linear'],
    [continuous(0, 0.999), 'ReverseLogarithmic'],
    [continuous(0.5, 0.9), 'Linear'],
    [continuous(0.0001, 1, 'Linear'), 'Linear'],
  ] as const)('%o is searched on a %s scale', (range, scaling) => {
    expect(resolveScaling(range)).toBe(scaling);
  });
});

describe('formatParameterValue', () => {
  it('writes numbers so that they read back the same, and integers without a point', () => {
    expect(formatParameterValue(3)).toBe('3');
    expect(formatParameterValue('auto')).toBe('auto');
    const values = fc.double({ noNaN: true }).filter((value) => !Object.is(value, -0));
    fc.assert(fc.property(values, (value) => Number(formatParameterValue(value)) === value));
  });
});
