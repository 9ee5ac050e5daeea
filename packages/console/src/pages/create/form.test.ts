import { createTuningJobSchema } from '@fleetune/api/contract';
import { describe, expect, it } from 'vitest';
import { bodyFromForm, instancePath } from './body-from-form.js';
import { formFaults } from './form-faults.js';
import { formFromConfiguration } from './form-from-configuration.js';
import { EMPTY_FORM, NEW_INSTANCE, NEW_RANGE } from './tuning-form.js';

const CONFIGURATION = {
  name: 'digits',
  strategy: { name: 'Hyperband', minResource: 1, maxResource: 9 },
  seed: 7,
  objective: { metric: 'validation:accuracy', type: 'Maximize' },
  limits: { maxTrainingJobs: 50, maxParallelTrainingJobs: 3 },
  completion: { targetObjectiveValue: 0.9 },
  earlyStopping: 'Auto',
  algorithm: { builtin: 'xgboost', version: '3' },
  hyperparameters: { num_round: 10, objective: 'multi:softmax' },
  ranges: {
    eta: { min: 0.1, max: 0.5, scaling: 'Logarithmic' },
    max_depth: { min: 1, max: 10, type: 'integer' },
    booster: { values: ['gbtree', 'dart'] },
  },
  channels: { train: { uri: 's3://bucket/train', contentType: 'csv' }, validation: 's3://bucket/validation' },
  instances: [{ type: 'ml.m5.large' }, { type: 'gpu-small', count: 2 }],
  stopping: { maxRuntimeSeconds: 600, maxWaitSeconds: 900 },
  spot: true,
  tags: { team: 'a' },
};

describe('a clone', () => {
  it('asks for the same, but for the name', () => {
    const { name: _name, ...same } = CONFIGURATION;
    const body = bodyFromForm(formFromConfiguration(CONFIGURATION, []));
    expect(body).toEqual(same);
    expect(createTuningJobSchema.safeParse(body).success).toBe(true);
  });

  it('wants the values of the environment again, which nobody shows', () => {
    const form = formFromConfiguration(CONFIGURATION, ['SECRET']);
    expect(form.environment).toEqual([{ name: 'SECRET', value: '' }]);
  });

  it('forgets the options of a strategy that was changed', () => {
    const form = { ...formFromConfiguration(CONFIGURATION, []), strategy: 'Random' };
    expect(bodyFromForm(form).strategy).toBe('Random');
  });
});

describe('the form', () => {
  const filled = {
    ...EMPTY_FORM,
    metric: 'loss',
    ranges: [{ ...NEW_RANGE, name: 'x', min: '0', max: '1e-1' }],
  };

  it('stands for a request that the API takes', () => {
    expect(formFaults(bodyFromForm(filled))).toEqual([]);
    expect(bodyFromForm(filled)).toEqual({
      strategy: 'Bayesian',
      objective: { metric: 'loss', type: 'Minimize' },
      limits: { maxTrainingJobs: 20, maxParallelTrainingJobs: 2 },
      algorithm: { builtin: 'xgboost' },
      ranges: { x: { min: 0, max: 0.1 } },
      instance: { type: 'ml.m5.large' },
    });
  });

  it("finds faults by the API's own schema, at the API's own paths", () => {
    const wrong = {
      ...filled,
      name: '-bad-',
      maxParallelTrainingJobs: 'many',
      ranges: [{ ...NEW_RANGE, name: 'x.y', min: '', max: '1' }],
    };
    expect(formFaults(bodyFromForm(wrong)).map(({ path }) => path)).toEqual(
      expect.arrayContaining(['name', 'limits.maxParallelTrainingJobs', 'ranges["x.y"].min']),
    );
  });

  it('knows where the API finds its instances', () => {
    expect(instancePath(filled, 0)).toBe('instance');
    expect(instancePath({ ...filled, instances: [NEW_INSTANCE, NEW_INSTANCE] }, 1)).toBe('instances[1]');
  });
});
