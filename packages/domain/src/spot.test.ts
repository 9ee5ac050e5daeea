import { describe, expect, it } from 'vitest';
import { trainingJobFaults } from './spec-faults.js';
import { describeClass, instanceTypeOf, isSpotClass, priceRatio, spotClass, spotSavingPercent } from './spot.js';
import type { TrainingJobSpec } from './training-job.js';

const INSTANCE = { instanceType: 'small', instanceCount: 1, volumeSizeGib: 1 };
const SPOT: TrainingJobSpec = {
  algorithm: { kind: 'command', command: ['true'] },
  hyperparameters: {},
  channels: [],
  outputUri: 'file:///out',
  instances: [INSTANCE],
  stopping: { maxRuntimeSeconds: 60, maxWaitSeconds: 60 },
  maximumRetryAttempts: 0,
  environment: {},
  metricDefinitions: [],
  networkIsolation: false,
  spot: true,
  keepAliveSeconds: 0,
};

describe('a training job on spot machines', () => {
  it('may wait for exactly as long as it may run', () => {
    expect(trainingJobFaults(SPOT)).toEqual([]);
  });

  it('may wait for long where it keeps checkpoints', () => {
    const stopping = { maxRuntimeSeconds: 60, maxWaitSeconds: 3601 };
    expect(trainingJobFaults({ ...SPOT, stopping, checkpointUri: 'file:///checkpoints' })).toEqual([]);
    expect(trainingJobFaults({ ...SPOT, stopping }).join(' ')).toMatch(/3600 at most, not 3601/);
  });

  it.each<[string, Partial<TrainingJobSpec>, RegExp]>([
    ['that says no time to wait', { stopping: { maxRuntimeSeconds: 60 } }, /needs MaxWaitTimeInSeconds/],
    ['with a warm pool', { keepAliveSeconds: 60 }, /Spot machines cannot be kept warm/],
    [
      'with the name of a spot class',
      { instances: [{ ...INSTANCE, instanceType: 'a:spot' }] },
      /"a:spot" ends in ":spot"/,
    ],
    ['that may wait, without spot', { spot: false }, /MaxWaitTimeInSeconds is for managed spot/],
  ])('is refused: one %s', (_what, change, fault) => {
    expect(trainingJobFaults({ ...SPOT, ...change }).join(' ')).toMatch(fault);
  });
});

describe('names of classes', () => {
  it('tell spot machines from others, and give back the instance type', () => {
    const offered = spotClass('ml.m5.large');
    expect([isSpotClass(offered), isSpotClass('ml.m5.large')]).toEqual([true, false]);
    expect([instanceTypeOf(offered), instanceTypeOf('ml.m5.large')]).toEqual(['ml.m5.large', 'ml.m5.large']);
    expect([describeClass(offered), describeClass('ml.m5.large')]).toEqual(['ml.m5.large on spot', 'ml.m5.large']);
  });
});

it('bills a part of each second on spot machines, and says what that saves as the guide does', () => {
  expect([priceRatio('a:spot', 0.3), priceRatio('a', 0.3)]).toEqual([0.3, 1]);
  expect(spotSavingPercent(500, 100)).toBeCloseTo(80);
  expect(spotSavingPercent(0, 0)).toBe(0);
});
