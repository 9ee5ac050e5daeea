import { rangeFaults } from '@fleetune/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangeFromHint, UnusableHintError } from './index.js';
import { SearchSpace } from './space.js';

describe('rangeFromHint', () => {
  it.each([
    ['max_depth', '4', 'integer', 2, 8, 'Auto'],
    ['max_depth', '1', 'integer', 1, 2, 'Auto'],
    ['epochs', '0', 'integer', 0, 10, 'Auto'],
    ['offset', '-4', 'integer', -8, -2, 'Auto'],
    ['learning_rate', '0.1', 'continuous', 0.01, 1, 'Logarithmic'],
    ['learning_rate', '1e-3', 'continuous', 0.0001, 0.01, 'Logarithmic'],
    ['eta', ' 0.3 ', 'continuous', 0.03, 1, 'Logarithmic'],
    ['lambda', '1.0', 'continuous', 0.1, 10, 'Logarithmic'],
    ['momentum', '0.9', 'continuous', 0, 0.99, 'ReverseLogarithmic'],
    ['beta_2', '0.999', 'continuous', 0.99, 0.9999, 'ReverseLogarithmic'],
    ['dropout', '0.2', 'continuous', 0.1, 0.6, 'Linear'],
    ['subsample', '1.0', 'continuous', 0.5, 1, 'Linear'],
    ['gamma', '0.0', 'continuous', 0, 1, 'Linear'],
    ['bias', '-0.5', 'continuous', -1, -0.25, 'Linear'],
  ])('searches %s, for example %s, as %s from %d to %d, %s', (name, hint, kind, min, max, scaling) => {
    expect(rangeFromHint(name, hint)).toEqual({ kind, name, min, max, scaling });
  });

  it('tries both of true and false, as they were written, and keeps other words', () => {
    expect(rangeFromHint('early', 'false')).toMatchObject({ values: ['true', 'false'] });
    expect(rangeFromHint('early', 'True')).toMatchObject({ values: ['True', 'False'] });
    expect(rangeFromHint('optimizer', 'adam')).toEqual({ kind: 'categorical', name: 'optimizer', values: ['adam'] });
  });

  it.each(['', '  ', 'NaN', '-Infinity', 'inf', '1e999', '9007199254740993', '5e-324', 'x'.repeat(300)])(
    'makes nothing of %j',
    (hint) => {
      expect(() => rangeFromHint('x', hint)).toThrow(UnusableHintError);
    },
  );

  it('gives a proper range that holds the hint for every number and every word', () => {
    const hint = fc.oneof(
      fc.integer({ min: -1e9, max: 1e9 }).map(String),
      fc
        .double({ noNaN: true, min: -1e6, max: 1e6 })
        .filter((value) => value === 0 || Math.abs(value) > 1e-200)
        .map(String),
      fc
        .double({ min: 0, max: 1, noNaN: true, minExcluded: true })
        .filter((value) => value > 1e-200)
        .map(String),
      fc.string({ minLength: 1 }).filter((text) => text.trim() !== '' && Number.isNaN(Number(text))),
    );
    const name = fc.constantFrom('x', 'momentum', 'dropout', 'beta1', 'learning_rate');
    fc.assert(
      fc.property(name, hint, (key, text) => {
        fc.pre(!/^[+-]?(nan|inf(inity)?)$/i.test(text.trim()));
        const range = rangeFromHint(key, text);
        expect(rangeFaults([range])).toEqual([]);
        const value = range.kind === 'categorical' ? text.trim() : Number(text);
        expect(new SearchSpace([range]).mismatch({ [key]: value })).toBeUndefined();
        if (range.kind === 'categorical') expect(range.values).toContain(value);
        else {
          expect(range.min).toBeLessThanOrEqual(value as number);
          expect(range.max).toBeGreaterThanOrEqual(value as number);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
