import type { Algorithm, TrainingJobSpec } from '@fleetune/domain';
import { describe, expect, it } from 'vitest';
import { fromTrainingOrder, toTrainingOrder } from './order.js';

const names = {
  trainingJobName: 'digits-001',
  trainingJobArn: 'arn:aws:sagemaker:local:000000000000:training-job/digits-001',
  instance: { instanceType: 'ml.m5.large', instanceCount: 2, volumeSizeGib: 30 },
  tenant: 'default',
  warmPool: 'e2b7c9d4-0000-4000-8000-000000000001',
};

const spec: TrainingJobSpec = {
  algorithm: { kind: 'builtin', name: 'xgboost', version: '1.7' },
  hyperparameters: { eta: '0.1', max_depth: '6' },
  channels: [
    { name: 'train', uri: 's3://data/train', contentType: 'text/csv', compression: 'Gzip' },
    { name: 'validation', uri: 'file:///data/validation', compression: 'None' },
    {
      name: 'piped',
      uri: 's3://data/lines.manifest',
      compression: 'None',
      inputMode: 'Pipe',
      dataType: 'AugmentedManifestFile',
      distribution: 'ShardedByS3Key',
      attributeNames: ['source-ref', 'label'],
      recordWrapper: 'RecordIO',
      shuffleSeed: -7,
    },
  ],
  outputUri: 's3://out',
  outputCompression: 'NONE',
  checkpointUri: 's3://checkpoints',
  instances: [{ instanceType: 'ml.m5.large', instanceCount: 2, volumeSizeGib: 30 }],
  stopping: { maxRuntimeSeconds: 3600, maxWaitSeconds: 7200 },
  maximumRetryAttempts: 3,
  environment: { LEVEL: 'debug' },
  metricDefinitions: [{ name: 'loss', regex: 'loss=(.*)' }],
  networkIsolation: true,
  spot: true,
  keepAliveSeconds: 60,
  objective: { type: 'Minimize', metricName: 'loss' },
};

describe('training orders', () => {
  it('carry all that one attempt needs, there and back', () => {
    expect(fromTrainingOrder(toTrainingOrder(spec, names))).toEqual({
      ...names,
      algorithm: spec.algorithm,
      hyperparameters: spec.hyperparameters,
      channels: spec.channels,
      outputUri: 's3://out',
      outputCompression: 'NONE',
      checkpointUri: 's3://checkpoints',
      environment: spec.environment,
      metricDefinitions: spec.metricDefinitions,
      networkIsolation: true,
      maxRuntimeSeconds: 3600,
      objectiveMetricName: 'loss',
      keepAliveSeconds: 60,
    });
  });

  it.each<Algorithm>([
    { kind: 'builtin', name: 'xgboost' },
    { kind: 'script', sourceUri: 'file:///src.tar.gz', entryPoint: 'train.py' },
    { kind: 'command', command: ['python3', 'train.py'] },
    { kind: 'image', image: 'repo/image:1' },
    { kind: 'image', image: 'repo/image:1', entrypoint: ['run'], arguments: ['--fast'] },
  ])('carry the algorithm %o', (algorithm) => {
    expect(fromTrainingOrder(toTrainingOrder({ ...spec, algorithm }, names)).algorithm).toEqual(algorithm);
  });

  it('leave out the warm pool where nobody follows in the slot', () => {
    const { warmPool: _warmPool, ...alone } = names;
    expect(fromTrainingOrder(toTrainingOrder(spec, alone))).not.toHaveProperty('warmPool');
  });

  it('leave out what the spec leaves out', () => {
    const { checkpointUri: _checkpoint, objective: _objective, ...bare } = spec;
    const read = fromTrainingOrder(toTrainingOrder(bare, names));
    expect(read).not.toHaveProperty('checkpointUri');
    expect(read).not.toHaveProperty('objectiveMetricName');
  });

  it('read an algorithm of a later version as unknown', () => {
    const order = toTrainingOrder(spec, names);
    if (order.algorithm !== undefined) order.algorithm.kind = { case: undefined };
    expect(fromTrainingOrder(order).algorithm).toBeUndefined();
  });
});
