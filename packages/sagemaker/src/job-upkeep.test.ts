import {
  CreateHyperParameterTuningJobCommand,
  CreateTrainingJobCommand,
  DeleteHyperParameterTuningJobCommand,
  DeleteTrainingJobCommand,
  DescribeHyperParameterTuningJobCommand,
  DescribeTrainingJobCommand,
  UpdateTrainingJobCommand,
  type UpdateTrainingJobRequest,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trainingJobRequest, tuningJobRequest } from './fixtures/requests.fixture.js';
import { type ServedApi, serveApi, TENANT } from './fixtures/served-api.fixture.js';

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi();
  await api.client().send(new CreateTrainingJobCommand(trainingJobRequest()));
  await api.client().send(new CreateHyperParameterTuningJobCommand(tuningJobRequest()));
});
afterEach(async () => {
  await api.close();
  expect(api.failures).toEqual([]);
});

describe('DeleteTrainingJob', () => {
  const command = new DeleteTrainingJobCommand({ TrainingJobName: 'churn-1' });

  it('forgets a job that has ended', async () => {
    api.jobs.changeTrainingJob(TENANT, 'churn-1', { status: 'Stopped' });
    await api.client().send(command);
    await expect(api.client().send(new DescribeTrainingJobCommand({ TrainingJobName: 'churn-1' }))).rejects.toThrow(
      'Requested resource not found.',
    );
    await expect(api.client().send(command)).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });

  it('leaves a job that is running', async () => {
    await expect(api.client().send(command)).rejects.toMatchObject({
      name: 'ResourceInUse',
      message: 'The training job "churn-1" has not ended; stop it first.',
    });
    await api.client().send(new DescribeTrainingJobCommand({ TrainingJobName: 'churn-1' }));
  });
});

describe('DeleteHyperParameterTuningJob', () => {
  const command = new DeleteHyperParameterTuningJobCommand({ HyperParameterTuningJobName: 'churn-tuning' });

  it('forgets a job that has ended', async () => {
    api.jobs.changeTuningJob(TENANT, 'churn-tuning', { status: 'Completed' });
    await api.client().send(command);
    const describe = new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName: 'churn-tuning' });
    await expect(api.client().send(describe)).rejects.toMatchObject({ name: 'ResourceNotFound' });
    await expect(api.client().send(command)).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });

  it('leaves a job that is running', async () => {
    await expect(api.client().send(command)).rejects.toMatchObject({ name: 'ResourceInUse' });
  });
});

describe('UpdateTrainingJob', () => {
  const update = (change: Partial<UpdateTrainingJobRequest>) =>
    api.client().send(new UpdateTrainingJobCommand({ TrainingJobName: 'churn-1', ...change }));

  it('accepts what changes nothing', async () => {
    const { TrainingJobArn } = await update({
      ResourceConfig: { KeepAlivePeriodInSeconds: 0 },
      ProfilerConfig: { DisableProfiler: true },
      ProfilerRuleConfigurations: [],
      RemoteDebugConfig: { EnableRemoteDebug: false },
    });
    expect(TrainingJobArn).toBe('arn:aws:sagemaker:eu-west-1:123456789012:training-job/churn-1');
  });

  it('changes how long a warm pool is kept, and ends it with 0', async () => {
    const pool = { agentId: 'a', instanceType: 'ml.m5.xlarge', reuses: 0, retainedSeconds: 12.3 };
    const warmPool = { ...pool, status: 'Available', keepAliveSeconds: 60 } as const;
    api.jobs.changeTrainingJob(TENANT, 'churn-1', { status: 'Completed', warmPool });
    const described = () => api.client().send(new DescribeTrainingJobCommand({ TrainingJobName: 'churn-1' }));
    await update({ ResourceConfig: { KeepAlivePeriodInSeconds: 600 } });
    const { ResourceConfig, WarmPoolStatus } = await described();
    expect(ResourceConfig?.KeepAlivePeriodInSeconds).toBe(600);
    expect(WarmPoolStatus).toEqual({ Status: 'Available', ResourceRetainedBillableTimeInSeconds: 13 });
    const deletion = new DeleteTrainingJobCommand({ TrainingJobName: 'churn-1' });
    await expect(api.client().send(deletion)).rejects.toMatchObject({ name: 'ResourceInUse' });
    await update({ ResourceConfig: { KeepAlivePeriodInSeconds: 0 } });
    expect((await described()).WarmPoolStatus?.Status).toBe('Terminated');
    await expect(update({ ResourceConfig: { KeepAlivePeriodInSeconds: 60 } })).rejects.toThrow('is Terminated');
  });

  it.each<[string, Partial<UpdateTrainingJobRequest>]>([
    [
      'The training job "churn-1" has no warm pool with status Available to update. It has none.',
      { ResourceConfig: { KeepAlivePeriodInSeconds: 600 } },
    ],
    [
      'KeepAlivePeriodInSeconds is 3601; it must be an integer from 1 to 3600',
      { ResourceConfig: { KeepAlivePeriodInSeconds: 3601 } },
    ],
    ['training jobs are not profiled', { ProfilerConfig: { DisableProfiler: false } }],
    ['profilingIntervalInMilliseconds', { ProfilerConfig: { ProfilingIntervalInMilliseconds: 500 } }],
    ['frameworks are not profiled', { ProfilerConfig: { ProfilingParameters: { a: 'b' } } }],
    ['s3OutputPath', { ProfilerConfig: { S3OutputPath: 's3://profiles/' } }],
    [
      'profiler rules are not evaluated',
      { ProfilerRuleConfigurations: [{ RuleConfigurationName: 'rule', RuleEvaluatorImage: 'image' }] },
    ],
    ['log in to the machine instead', { RemoteDebugConfig: { EnableRemoteDebug: true } }],
  ])('refuses with the reason "%s"', async (reason, change) => {
    await expect(update(change)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(reason),
    });
  });

  it('refuses an unknown job', async () => {
    await expect(update({ TrainingJobName: 'unknown' })).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });
});
