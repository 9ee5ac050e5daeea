import { describe, expect, it } from 'vitest';
import { resourceFaults, withResources } from './strategy-resources.js';
import type { StrategySpec, TuningJobSpec } from './tuning-job.js';

function tuning(strategy: StrategySpec, ...statics: Record<string, string>[]): TuningJobSpec {
  return {
    strategy,
    definitions: statics.map((hyperparameters) => ({ template: { hyperparameters } })),
  } as unknown as TuningJobSpec;
}
const resources = (spec: TuningJobSpec) => withResources(spec).strategy;

describe('withResources', () => {
  it.each(['epochs', 'numepochs', 'n-epochs', 'n_epochs', 'num_epochs', 'num_round'])(
    'takes MaxResource from the static hyperparameter %s',
    (name) => {
      expect(resources(tuning({ name: 'Hyperband' }, { [name]: '27' }))).toMatchObject({
        minResource: 1,
        maxResource: 27,
      });
    },
  );

  it('leaves what was given, and other strategies, alone', () => {
    const given: StrategySpec = { name: 'Hyperband', minResource: 3, maxResource: 9 };
    expect(resources(tuning(given, { epochs: '27' }))).toEqual(given);
    expect(resources(tuning({ name: 'Random' }, { epochs: '27' }))).toEqual({ name: 'Random' });
  });

  it('takes the longest of several definitions, and nothing when one of them does not say', () => {
    expect(resources(tuning({ name: 'BOHB' }, { epochs: '5' }, { epochs: '8' })).maxResource).toBe(8);
    expect(resources(tuning({ name: 'BOHB' }, { epochs: '5' }, {})).maxResource).toBeUndefined();
  });
});

describe('resourceFaults', () => {
  it.each<[string, StrategySpec, RegExp]>([
    ['no MaxResource', { name: 'Hyperband', minResource: 1 }, /give MaxResource, or one of .* epochs/],
    ['more than the limit', { name: 'Hyperband', maxResource: 20_001 }, /at most 20000/],
    ['a MinResource of 0', { name: 'Hyperband', minResource: 0, maxResource: 9 }, /at least 1/],
    ['nothing in between', { name: 'BOHB', minResource: 9, maxResource: 9 }, /9 must be less than MaxResource 9/],
    ['resources that nobody uses', { name: 'Random', maxResource: 9 }, /Random takes no MinResource/],
  ])('refuses %s', (_case, strategy, message) => {
    expect(resourceFaults(tuning(strategy, {}))).toEqual([expect.stringMatching(message)]);
  });

  it('finds nothing wrong with 1 to 81 epochs', () => {
    expect(resourceFaults(tuning({ name: 'Hyperband', minResource: 1, maxResource: 81 }))).toEqual([]);
  });
});
