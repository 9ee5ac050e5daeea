import { describe, expect, it } from 'vitest';
import type { TrainingJobSpec } from './training-job.js';
import { firstDifference, mayFollow, WARM_POOL_FIELDS, warmPoolKey, warmPoolKeys, warmPoolMatch } from './warm-pool.js';

const INSTANCE = { instanceType: 'ml.m5.large', instanceCount: 1, volumeSizeGib: 30 };
const SPEC: TrainingJobSpec = {
  algorithm: { kind: 'image', image: 'xgboost:1' },
  hyperparameters: { eta: '0.1' },
  channels: [],
  outputUri: 'file:///out',
  instances: [INSTANCE],
  stopping: { maxRuntimeSeconds: 60 },
  maximumRetryAttempts: 0,
  environment: {},
  metricDefinitions: [],
  networkIsolation: false,
  spot: false,
  keepAliveSeconds: 60,
  roleArn: 'arn:aws:iam::000000000000:role/one',
};
const POOL = warmPoolMatch(SPEC, INSTANCE);

describe('a job that could start in a warm pool', () => {
  it.each<[string, Partial<TrainingJobSpec>]>([
    ['image', { algorithm: { kind: 'image', image: 'pytorch:2' } }],
    ['hyperparameters', { hyperparameters: {} }],
    ['channels', { channels: [{ name: 'train', uri: 'file:///train', compression: 'None' }] }],
    ['output', { outputUri: 'file:///elsewhere' }],
    ['period', { keepAliveSeconds: 0 }],
    ['limits', { stopping: { maxRuntimeSeconds: 1 } }],
  ])('may differ in its %s', (_what, change) => {
    expect(firstDifference(warmPoolMatch({ ...SPEC, ...change }, INSTANCE), POOL)).toBeUndefined();
  });

  it.each<[string, Partial<TrainingJobSpec>]>([
    ['RoleArn', { roleArn: 'arn:aws:iam::000000000000:role/other' }],
    ['InstanceType', { instances: [{ ...INSTANCE, instanceType: 'ml.m5.xlarge' }] }],
    ['InstanceCount', { instances: [{ ...INSTANCE, instanceCount: 2 }] }],
    ['VolumeSizeInGB', { instances: [{ ...INSTANCE, volumeSizeGib: 50 }] }],
    ['VolumeKmsKeyId', { volumeKmsKeyId: 'key' }],
    ['EnableInterContainerTrafficEncryption', { interContainerTrafficEncryption: true }],
    ['EnableNetworkIsolation', { networkIsolation: true }],
  ])('is told when it differs in %s', (field, change) => {
    const spec = { ...SPEC, ...change };
    const match = warmPoolMatch(spec, spec.instances[0] ?? INSTANCE);
    expect(firstDifference(match, POOL)).toBe(field);
    expect(warmPoolKeys('ann', spec)).not.toContain(warmPoolKey('ann', POOL));
  });

  it('is told the first difference, in the order of the guide', () => {
    const spec = { ...SPEC, networkIsolation: true, instances: [{ ...INSTANCE, volumeSizeGib: 1 }] };
    expect(firstDifference(warmPoolMatch(spec, spec.instances[0] ?? INSTANCE), POOL)).toBe('VolumeSizeInGB');
    expect(WARM_POOL_FIELDS).toEqual(Object.keys(POOL));
  });
});

describe('the key of a warm pool', () => {
  it('is the same for jobs that match, one for each entry of the fallback list', () => {
    const other = { ...INSTANCE, instanceType: 'ml.p3.2xlarge' };
    expect(warmPoolKeys('ann', { ...SPEC, instances: [other, INSTANCE] })[1]).toBe(warmPoolKey('ann', POOL));
  });

  it('differs between tenants', () => {
    expect(warmPoolKey('ann', POOL)).not.toBe(warmPoolKey('bob', POOL));
  });

  it('is nobody’s on spot machines', () => {
    expect(warmPoolKeys('ann', { ...SPEC, spot: true })).toEqual([]);
  });
});

describe('the status of a warm pool', () => {
  it('has two ends, and only a slot that waits is reused', () => {
    expect(mayFollow('InUse', 'Available')).toBe(true);
    expect(mayFollow('Available', 'Reused')).toBe(true);
    expect(mayFollow('Available', 'Terminated')).toBe(true);
    expect(mayFollow('InUse', 'Reused')).toBe(false);
    for (const end of ['Reused', 'Terminated'] as const) expect(mayFollow(end, 'Available')).toBe(false);
  });
});
