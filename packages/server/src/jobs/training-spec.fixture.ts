import type { TrainingJobSpec } from '@fleetune/domain';

/** A program that does nothing, on one small instance. */
export const SPEC: TrainingJobSpec = {
  algorithm: { kind: 'command', command: ['true'] },
  hyperparameters: {},
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
