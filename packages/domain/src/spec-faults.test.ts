import { describe, expect, it } from 'vitest';
import { trainingJobFaults, tuningJobFaults } from './spec-faults.js';
import type { TrainingJobSpec } from './training-job.js';
import type { TrainingJobDefinition, TuningJobSpec } from './tuning-job.js';

const TRAINING: TrainingJobSpec = {
  algorithm: { kind: 'command', command: ['true'] },
  hyperparameters: {},
  channels: [],
  outputUri: 'file:///out',
  instances: [{ instanceType: 'small', instanceCount: 1, volumeSizeGib: 1 }],
  stopping: { maxRuntimeSeconds: 60 },
  maximumRetryAttempts: 0,
  environment: {},
  metricDefinitions: [{ name: 'loss', regex: 'loss=(.*)' }],
  networkIsolation: false,
  spot: false,
  keepAliveSeconds: 0,
};
const DEFINITION: TrainingJobDefinition = {
  name: '',
  objective: { type: 'Minimize', metricName: 'loss' },
  ranges: [{ kind: 'continuous', name: 'x', min: 0, max: 1, scaling: 'Linear' }],
  template: TRAINING,
};
const TUNING: TuningJobSpec = {
  strategy: { name: 'Random' },
  seed: 1,
  limits: { maxTrainingJobs: 4, maxParallelTrainingJobs: 2 },
  completion: { completeOnConvergence: false },
  earlyStopping: 'Off',
  definitions: [DEFINITION],
};

describe('trainingJobFaults', () => {
  it('finds nothing wrong with a job that can run', () => {
    expect(trainingJobFaults(TRAINING)).toEqual([]);
  });

  it.each<[string, Partial<TrainingJobSpec>, RegExp]>([
    ['no instance type', { instances: [] }, /at least one instance type/],
    ['a gang', { instances: [{ instanceType: 'a', instanceCount: 2, volumeSizeGib: 1 }] }, /Instance count 2 of a/],
    ['no time to run', { stopping: { maxRuntimeSeconds: 0 } }, /MaxRuntimeInSeconds is 0/],
    [
      'less time to wait than to run',
      { stopping: { maxRuntimeSeconds: 60, maxWaitSeconds: 30 } },
      /30 is less than .* 60/,
    ],
    ['spot without a time to wait', { spot: true }, /Managed spot training needs MaxWaitTimeInSeconds/],
    [
      'a channel that cannot be served',
      { channels: [{ name: 'train', uri: 'file:///d', compression: 'None', recordWrapper: 'RecordIO' }] },
      /Channel "train" asks for RecordIO/,
    ],
    [
      'a warm pool for longer than an hour',
      { keepAliveSeconds: 3601 },
      /is 3601; it must be an integer from 1 to 3600/,
    ],
    ['a warm pool for half a second', { keepAliveSeconds: 0.5 }, /must be an integer/],
    [
      'the same channel twice',
      { channels: ['train', 'train'].map((name) => ({ name, uri: 'file:///d', compression: 'None' })) },
      /Channel "train" is given twice/,
    ],
  ])('refuses %s', (_what, change, fault) => {
    expect(trainingJobFaults({ ...TRAINING, ...change }).join(' ')).toMatch(fault);
  });
});

describe('tuningJobFaults', () => {
  it('finds nothing wrong with a job that can run', () => {
    expect(tuningJobFaults(TUNING)).toEqual([]);
  });

  it.each<[string, Partial<TuningJobSpec>, RegExp]>([
    ['a search without end', { limits: { maxParallelTrainingJobs: 1 } }, /would never end/],
    ['no permits', { limits: { maxTrainingJobs: 1, maxParallelTrainingJobs: 0 } }, /MaxParallelTrainingJobs is 0/],
    [
      'half a training job',
      { limits: { maxTrainingJobs: 1.5, maxParallelTrainingJobs: 1 } },
      /MaxNumberOfTrainingJobs is 1.5/,
    ],
    ['nothing to tune', { definitions: [{ ...DEFINITION, ranges: [] }] }, /nothing to tune/],
    ['Hyperband without epochs', { strategy: { name: 'Hyperband' } }, /give MaxResource/],
    [
      'an objective nobody measures',
      { definitions: [{ ...DEFINITION, objective: { type: 'Minimize', metricName: 'auc' } }] },
      /"auc" has no metric definition \(defined: "loss"\)/,
    ],
    [
      'a hyperparameter that is static and tuned',
      { definitions: [{ ...DEFINITION, template: { ...TRAINING, hyperparameters: { x: '1' } } }] },
      /"x" is both static and tuned/,
    ],
    [
      'definitions that want opposite things',
      {
        definitions: [
          { ...DEFINITION, name: 'a' },
          { ...DEFINITION, name: 'b', objective: { type: 'Maximize', metricName: 'loss' } },
        ],
      },
      /the same objective type/,
    ],
  ])('refuses %s', (_what, change, fault) => {
    expect(tuningJobFaults({ ...TUNING, ...change }).join(' ')).toMatch(fault);
  });

  it('needs no number of training jobs for a grid', () => {
    const grid = { ...TUNING, strategy: { name: 'Grid' as const }, limits: { maxParallelTrainingJobs: 1 } };
    expect(tuningJobFaults(grid)).toEqual([]);
  });
});
