import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CrossValidation,
  crossValidationFaults,
  foldAt,
  foldCount,
  foldEnvironment,
  isHopelessByFolds,
  summarizeFolds,
} from './cross-validation.js';

const FIVE: CrossValidation = {
  folds: 5,
  repeats: 2,
  method: 'Stratified',
  seed: 7,
  maxParallelFolds: 5,
  minSucceededFolds: 10,
  stopHopeless: true,
};

describe('the folds of a training job', () => {
  it('are those of the first repeat, then those of the next', () => {
    const all = Array.from({ length: foldCount(FIVE) }, (_, position) => foldAt(FIVE, position));
    expect(all.map(({ repeat, index }) => `${repeat}.${index}`).join(' ')).toBe(
      '0.0 0.1 0.2 0.3 0.4 1.0 1.1 1.2 1.3 1.4',
    );
  });

  it('tell the program which is its own, with a division of its own for each repeat', () => {
    expect(foldEnvironment(FIVE, { repeat: 1, index: 3 })).toEqual({
      FLEETUNE_FOLD: '3',
      FLEETUNE_FOLDS: '5',
      FLEETUNE_FOLD_REPEAT: '1',
      FLEETUNE_FOLD_METHOD: 'Stratified',
      FLEETUNE_FOLD_SEED: '8',
    });
  });

  it.each<[string, Partial<CrossValidation>, RegExp]>([
    ['one fold', { folds: 1 }, /2 to 50 folds, not 1/],
    ['half a repeat', { repeats: 0.5 }, /1 to 10 times, not 0.5/],
    ['a time series twice', { method: 'TimeSeries' }, /one way only/],
    ['more at once than there are', { maxParallelFolds: 11 }, /Of 10 folds 11 cannot run at once/],
    ['more successes than there are', { minSucceededFolds: 11 }, /Of 10 folds 11 cannot be asked/],
  ])('cannot be %s', (_case, change, message) => {
    expect(crossValidationFaults({ ...FIVE, ...change }).join(' ')).toMatch(message);
  });

  it('can be five, twice', () => {
    expect(crossValidationFaults(FIVE)).toEqual([]);
  });
});

describe('summarizeFolds', () => {
  it('gives mean, deviation of the sample and error of the mean', () => {
    expect(summarizeFolds([1, 2, 3, 4])).toEqual({
      ...{ count: 4, mean: 2.5, min: 1, max: 4 },
      standardDeviation: expect.closeTo(1.2909944487, 9),
      standardError: expect.closeTo(0.6454972244, 9),
    });
  });

  it('of one value has no deviation, and of none is none', () => {
    expect(summarizeFolds([3])).toMatchObject({ mean: 3, standardDeviation: 0, standardError: 0 });
    expect(summarizeFolds([])).toBeUndefined();
  });
});

describe('the forgiving rule', () => {
  it('stops what is worse on average than the worst fold of the best', () => {
    expect(isHopelessByFolds('Maximize', [0.5, 0.6], [0.7, 0.9])).toBe(true);
    expect(isHopelessByFolds('Maximize', [0.5, 0.95], [0.7, 0.9])).toBe(false);
    expect(isHopelessByFolds('Minimize', [0.9, 0.8], [0.7, 0.5])).toBe(true);
  });

  it('judges nobody by one fold, nor without a best', () => {
    expect(isHopelessByFolds('Maximize', [0.1], [0.9, 0.9])).toBe(false);
    expect(isHopelessByFolds('Maximize', [0.1, 0.1], [])).toBe(false);
  });

  it('never stops what is as good as the best in every fold', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 10 });
    fc.assert(fc.property(values, (folds) => !isHopelessByFolds('Maximize', folds, folds)));
    fc.assert(fc.property(values, (folds) => !isHopelessByFolds('Minimize', folds, folds)));
  });
});
