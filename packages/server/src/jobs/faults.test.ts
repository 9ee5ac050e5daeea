import type { TrainingJobSpec, TuningJobSpec } from '@fleetune/domain';
import { describe, expect, it } from 'vitest';
import { algorithmFaults, tunedAlgorithmFaults } from './algorithm-faults.js';
import { metricFaults } from './metric-faults.js';

const XGBOOST: TrainingJobSpec = {
  algorithm: { kind: 'builtin', name: 'xgboost' },
  hyperparameters: { num_round: '10', objective: 'reg:squarederror' },
  channels: [],
  outputUri: 'file:///out',
  instances: [{ instanceType: 'small', instanceCount: 1, volumeSizeGib: 1 }],
  stopping: { maxRuntimeSeconds: 60 },
  maximumRetryAttempts: 0,
  environment: {},
  metricDefinitions: [],
  networkIsolation: false,
  spot: false,
  keepAliveSeconds: 0,
};

function tuning(min: number, max: number): TuningJobSpec {
  return {
    strategy: { name: 'Random' },
    seed: 1,
    limits: { maxTrainingJobs: 1, maxParallelTrainingJobs: 1 },
    completion: { completeOnConvergence: false },
    earlyStopping: 'Off',
    definitions: [
      {
        name: '',
        objective: { type: 'Minimize', metricName: 'validation:rmse' },
        ranges: [{ kind: 'continuous', name: 'eta', min, max, scaling: 'Linear' }],
        template: XGBOOST,
      },
    ],
  };
}

describe('faults of a built-in algorithm', () => {
  it('are none for a job it can run', () => {
    expect(algorithmFaults(XGBOOST)).toEqual([]);
    expect(tunedAlgorithmFaults(tuning(0.1, 0.5))).toEqual([]);
  });

  it('name an algorithm that does not exist, and those that do', () => {
    const job = { ...XGBOOST, algorithm: { kind: 'builtin', name: 'xgbost' } } as const;
    expect(algorithmFaults(job).join(' ')).toMatch(/no built-in algorithm "xgbost"; there are: .*xgboost/);
  });

  it('name a hyperparameter that is out of its range at one end of the search', () => {
    expect(tunedAlgorithmFaults(tuning(0.1, 5)).join(' ')).toMatch(/eta/);
  });
});

describe('faults of metric definitions', () => {
  it.each([
    ['loss=(.*?);', undefined],
    ['loss=.*;', /no group/],
    ['loss=(', /not valid/],
    ['(?<!x)loss=(.*)', /not valid/],
  ])('%s', (regex, fault) => {
    const faults = metricFaults([{ name: 'loss', regex }]);
    if (fault === undefined) expect(faults).toEqual([]);
    else expect(faults.join(' ')).toMatch(fault);
  });
});
