import {
  CreateHyperParameterTuningJobCommand,
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  paginateListTrainingJobs,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definitionRequest, ROLE_ARN, trainingJobRequest, tuningJobRequest } from './fixtures/requests.fixture.js';
import { OTHER_CREDENTIALS, type ServedApi, serveApi, TENANT } from './fixtures/served-api.fixture.js';

const PLAN = 'arn:aws:sagemaker:eu-west-1:123456789012:training-plan/plan';

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi();
});
afterEach(async () => {
  await api.close();
});

describe('CreateTrainingJob', () => {
  it('asks the scheduler for what the request says', async () => {
    const answer = await api.client().send(new CreateTrainingJobCommand(trainingJobRequest()));
    expect(answer.TrainingJobArn).toBe('arn:aws:sagemaker:eu-west-1:123456789012:training-job/churn-1');
    const view = await api.jobs.describeTrainingJob(TENANT, 'churn-1');
    expect(view.tags).toEqual({ team: 'growth' });
    expect(view.origin).toEqual({ api: 'sagemaker', request: trainingJobRequest() });
    expect(view.spec).toEqual({
      algorithm: { kind: 'builtin', name: 'xgboost', version: '1.7-1' },
      hyperparameters: { eta: '0.1', num_round: '50' },
      channels: [{ name: 'train', uri: 's3://data/churn/train/', contentType: 'text/csv', compression: 'Gzip' }],
      outputUri: 's3://models/churn',
      checkpointUri: 'file:///var/checkpoints/churn-1',
      instances: [{ instanceType: 'ml.m5.xlarge', instanceCount: 1, volumeSizeGib: 20 }],
      stopping: { maxRuntimeSeconds: 3600, maxWaitSeconds: 7200, maxPendingSeconds: 7200 },
      maximumRetryAttempts: 3,
      environment: { SM_LOG_LEVEL: '10' },
      metricDefinitions: [{ name: 'validation:rmse', regex: '.*\\[[0-9]+\\].*#011validation-rmse:(\\S+)' }],
      networkIsolation: true,
      spot: true,
      keepAliveSeconds: 0,
      roleArn: ROLE_ARN,
      volumeKmsKeyId: 'volume-key',
    });
  });

  it('fills in what the request leaves out', async () => {
    await api.client().send(
      new CreateTrainingJobCommand({
        TrainingJobName: 'least',
        RoleArn: ROLE_ARN,
        AlgorithmSpecification: { TrainingImage: 'python:3.11', TrainingInputMode: 'File' },
        OutputDataConfig: { S3OutputPath: 'file:///models' },
        ResourceConfig: { InstanceType: 'gpu-small' as 'ml.m5.xlarge', InstanceCount: 1 },
        StoppingCondition: {},
      }),
    );
    const { spec } = await api.jobs.describeTrainingJob(TENANT, 'least');
    expect(spec).toMatchObject({
      algorithm: { kind: 'image', image: 'python:3.11' },
      hyperparameters: {},
      channels: [],
      instances: [{ instanceType: 'gpu-small', instanceCount: 1, volumeSizeGib: 30 }],
      stopping: { maxRuntimeSeconds: 86_400 },
      maximumRetryAttempts: 0,
      metricDefinitions: [],
      spot: false,
    });
  });

  it('leaves the script that script mode names to the image it runs in', async () => {
    await api.client().send(
      new CreateTrainingJobCommand(
        trainingJobRequest({
          HyperParameters: {
            sagemaker_program: '"train.py"',
            sagemaker_submit_directory: 's3://code/sourcedir.tar.gz',
            epochs: '3',
          },
        }),
      ),
    );
    const { spec } = await api.jobs.describeTrainingJob(TENANT, 'churn-1');
    expect(spec.algorithm).toEqual({
      kind: 'image',
      image: trainingJobRequest().AlgorithmSpecification?.TrainingImage,
    });
    expect(spec.hyperparameters).toEqual({
      sagemaker_program: '"train.py"',
      sagemaker_submit_directory: 's3://code/sourcedir.tar.gz',
      epochs: '3',
    });
    // No metrics of the built-in algorithm that the image would be without a script.
    expect(spec.metricDefinitions).toEqual([]);
  });

  it('runs the image itself when the request says how to start it', async () => {
    await api.client().send(
      new CreateTrainingJobCommand(
        trainingJobRequest({
          AlgorithmSpecification: {
            TrainingImage: 'sagemaker-xgboost:1.7-1',
            TrainingInputMode: 'File',
            ContainerEntrypoint: ['/bin/bash'],
            ContainerArguments: ['-c', 'python train.py'],
          },
        }),
      ),
    );
    const { spec } = await api.jobs.describeTrainingJob(TENANT, 'churn-1');
    expect(spec.algorithm).toEqual({
      kind: 'image',
      image: 'sagemaker-xgboost:1.7-1',
      entrypoint: ['/bin/bash'],
      arguments: ['-c', 'python train.py'],
    });
  });

  it('lets the request define a metric of the built-in algorithm anew', async () => {
    const { AlgorithmSpecification: algorithm } = definitionRequest();
    await api.client().send(
      new CreateTrainingJobCommand(
        trainingJobRequest({
          AlgorithmSpecification: {
            ...algorithm,
            TrainingInputMode: 'File',
            MetricDefinitions: [
              { Name: 'validation:rmse', Regex: 'mine=(.*)' },
              { Name: 'loss', Regex: 'loss=(.*)' },
            ],
          },
        }),
      ),
    );
    const { spec } = await api.jobs.describeTrainingJob(TENANT, 'churn-1');
    expect(spec.metricDefinitions).toEqual([
      { name: 'validation:rmse', regex: 'mine=(.*)' },
      { name: 'loss', regex: 'loss=(.*)' },
    ]);
  });

  it('refuses a name that is taken', async () => {
    await api.client().send(new CreateTrainingJobCommand(trainingJobRequest()));
    await expect(api.client().send(new CreateTrainingJobCommand(trainingJobRequest()))).rejects.toMatchObject({
      name: 'ResourceInUse',
      message: expect.stringContaining('"churn-1"'),
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('passes on every fault that the scheduler finds', async () => {
    const request = trainingJobRequest({
      ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 2, VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 100, MaxWaitTimeInSeconds: 50 },
    });
    await expect(api.client().send(new CreateTrainingJobCommand(request))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(/Instance count 2.*MaxWaitTimeInSeconds 50/s),
    });
  });

  it('refuses a tag key that is given twice', async () => {
    const Tags = [
      { Key: 'team', Value: 'a' },
      { Key: 'team', Value: 'b' },
    ];
    await expect(api.client().send(new CreateTrainingJobCommand(trainingJobRequest({ Tags })))).rejects.toThrow(
      "Value '[team]' at 'tags' failed to satisfy constraint",
    );
  });
});

describe('DescribeTrainingJob', () => {
  it('shows a new job as it was asked for', async () => {
    await api.client().send(new CreateTrainingJobCommand(trainingJobRequest()));
    const job = await api.client().send(new DescribeTrainingJobCommand({ TrainingJobName: 'churn-1' }));
    const { TrainingJobName, Tags: _tags, AlgorithmSpecification: algorithm, ...asked } = trainingJobRequest();
    expect(job).toMatchObject({
      ...asked,
      TrainingJobName,
      TrainingJobStatus: 'InProgress',
      SecondaryStatus: 'Pending',
      ModelArtifacts: { S3ModelArtifacts: 's3://models/churn/churn-1/output/model.tar.gz' },
      AlgorithmSpecification: { ...algorithm, MetricDefinitions: [{ Name: 'validation:rmse' }] },
    });
    expect(job.CreationTime).toBeInstanceOf(Date);
    expect(job.TrainingEndTime).toBeUndefined();
    expect(job).not.toHaveProperty('Tags');
  });

  it('shows how a job ended', async () => {
    await api.client().send(new CreateTrainingJobCommand(trainingJobRequest()));
    const start = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    api.jobs.changeTrainingJob(TENANT, 'churn-1', {
      status: 'Failed',
      secondaryStatus: 'Failed',
      failureReason: 'x'.repeat(2000),
      transitions: [
        { status: 'Starting', startTimeMs: start, endTimeMs: start + 500, statusMessage: 'Preparing' },
        { status: 'Failed', startTimeMs: start + 500, endTimeMs: start + 500 },
      ],
      trainingStartTimeMs: start,
      trainingEndTimeMs: start + 61_250,
      trainingTimeSeconds: 61.25,
      billableTimeSeconds: 20.5,
      modelArtifactUri: 's3://models/churn/churn-1/output/model.tar.gz',
      finalMetrics: [{ name: 'validation:rmse', value: 0.125, timestampMs: start + 60_000 }],
    });
    const job = await api.client().send(new DescribeTrainingJobCommand({ TrainingJobName: 'churn-1' }));
    expect(job.FailureReason).toHaveLength(1024);
    expect(job.TrainingStartTime).toEqual(new Date(start));
    expect(job.TrainingEndTime).toEqual(new Date(start + 61_250));
    expect([job.TrainingTimeInSeconds, job.BillableTimeInSeconds]).toEqual([62, 21]);
    expect(job.SecondaryStatusTransitions).toEqual([
      { Status: 'Starting', StartTime: new Date(start), EndTime: new Date(start + 500), StatusMessage: 'Preparing' },
      { Status: 'Failed', StartTime: new Date(start + 500), EndTime: new Date(start + 500) },
    ]);
    expect(job.FinalMetricDataList).toEqual([
      { MetricName: 'validation:rmse', Value: 0.125, Timestamp: new Date(start + 60_000) },
    ]);
  });

  it('shows a tuned job by its definition, with the values it runs with and the instance that serves it', async () => {
    await api.client().send(new CreateHyperParameterTuningJobCommand(tuningJobRequest()));
    const view = await api.jobs.addTunedTrainingJob(TENANT, 'churn-tuning', 0, { eta: 0.25, max_depth: 3 }, 0.5);
    api.jobs.changeTrainingJob(TENANT, view.name, { instanceType: 'ml.m5.4xlarge' });
    const job = await api.client().send(new DescribeTrainingJobCommand({ TrainingJobName: view.name }));
    expect(job).toMatchObject({
      TuningJobArn: 'arn:aws:sagemaker:eu-west-1:123456789012:hyper-parameter-tuning-job/churn-tuning',
      RoleArn: ROLE_ARN,
      HyperParameters: {
        num_round: '50',
        eta: '0.25',
        max_depth: '3',
        _tuning_objective_metric: 'validation:rmse',
      },
      ResourceConfig: { InstanceType: 'ml.m5.4xlarge', InstanceCount: 1, VolumeSizeInGB: 5 },
      StoppingCondition: { MaxRuntimeInSeconds: 259_200 },
      InputDataConfig: definitionRequest().InputDataConfig,
    });
    expect(job).not.toHaveProperty('StaticHyperParameters');
  });

  it('shows a job that was made through another API', async () => {
    await api.client().send(new CreateTrainingJobCommand(trainingJobRequest()));
    const { spec } = await api.jobs.describeTrainingJob(TENANT, 'churn-1');
    const origin = { api: 'fleetune', request: { file: 'churn.yaml' } };
    await api.jobs.createTrainingJob(TENANT, { name: 'from-yaml', spec, origin, tags: {} });
    const job = await api.client().send(new DescribeTrainingJobCommand({ TrainingJobName: 'from-yaml' }));
    expect(job).toMatchObject({
      AlgorithmSpecification: { TrainingImage: 'xgboost:1.7-1', TrainingInputMode: 'File' },
      RoleArn: ROLE_ARN,
      OutputDataConfig: { S3OutputPath: 's3://models/churn' },
      ResourceConfig: { InstanceType: 'ml.m5.xlarge' },
      EnableManagedSpotTraining: true,
      CheckpointConfig: { S3Uri: 'file:///var/checkpoints/churn-1' },
      StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 7200 },
      InputDataConfig: [{ ChannelName: 'train', CompressionType: 'Gzip' }],
    });
  });

  it('says of an unknown job what clients look for', async () => {
    await expect(
      api.client().send(new DescribeTrainingJobCommand({ TrainingJobName: 'nobody' })),
    ).rejects.toMatchObject({ name: 'ValidationException', message: 'Requested resource not found.' });
  });

  it("does not show another tenant's job", async () => {
    await api.client().send(new CreateTrainingJobCommand(trainingJobRequest()));
    const stranger = api.client({ credentials: OTHER_CREDENTIALS });
    await expect(stranger.send(new DescribeTrainingJobCommand({ TrainingJobName: 'churn-1' }))).rejects.toThrow(
      'Requested resource not found.',
    );
    expect((await stranger.send(new ListTrainingJobsCommand({}))).TrainingJobSummaries).toEqual([]);
  });
});

describe('StopTrainingJob', () => {
  it('asks the job to stop', async () => {
    await api.client().send(new CreateTrainingJobCommand(trainingJobRequest()));
    await api.client().send(new StopTrainingJobCommand({ TrainingJobName: 'churn-1' }));
    expect((await api.jobs.describeTrainingJob(TENANT, 'churn-1')).status).toBe('Stopping');
  });

  it('refuses when the job has ended or is unknown', async () => {
    await api.client().send(new CreateTrainingJobCommand(trainingJobRequest()));
    api.jobs.changeTrainingJob(TENANT, 'churn-1', { status: 'Completed', secondaryStatus: 'Completed' });
    await expect(api.client().send(new StopTrainingJobCommand({ TrainingJobName: 'churn-1' }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('status Completed'),
    });
    await expect(api.client().send(new StopTrainingJobCommand({ TrainingJobName: 'nobody' }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Requested resource not found.',
    });
  });
});

describe('ListTrainingJobs', () => {
  beforeEach(async () => {
    for (let number = 1; number <= 23; number++) {
      const name = `job-${String(number).padStart(2, '0')}`;
      await api.client().send(new CreateTrainingJobCommand(trainingJobRequest({ TrainingJobName: name })));
    }
  });

  it('gives ten a page, oldest first', async () => {
    const page = await api.client().send(new ListTrainingJobsCommand({}));
    expect(page.TrainingJobSummaries?.map((job) => job.TrainingJobName)).toEqual(names(1, 10));
    expect(page.TrainingJobSummaries?.[0]).toMatchObject({
      TrainingJobArn: 'arn:aws:sagemaker:eu-west-1:123456789012:training-job/job-01',
      TrainingJobStatus: 'InProgress',
      SecondaryStatus: 'Pending',
      CreationTime: expect.any(Date),
    });
  });

  it('is walked page by page', async () => {
    const seen: (string | undefined)[] = [];
    for await (const page of paginateListTrainingJobs({ client: api.client(), pageSize: 7 }, {})) {
      seen.push(...(page.TrainingJobSummaries ?? []).map((job) => job.TrainingJobName));
    }
    expect(seen).toEqual(names(1, 23));
  });

  it('selects and sorts', async () => {
    api.jobs.changeTrainingJob(TENANT, 'job-05', { status: 'Completed', secondaryStatus: 'Completed' });
    const client = api.client();
    const byStatus = await client.send(new ListTrainingJobsCommand({ StatusEquals: 'Completed' }));
    expect(byStatus.TrainingJobSummaries?.map((job) => job.TrainingJobName)).toEqual(['job-05']);
    const byName = await client.send(
      new ListTrainingJobsCommand({ NameContains: 'b-1', SortBy: 'Name', SortOrder: 'Descending', MaxResults: 2 }),
    );
    expect(byName.TrainingJobSummaries?.map((job) => job.TrainingJobName)).toEqual(['job-19', 'job-18']);
    const { creationTimeMs } = await api.jobs.describeTrainingJob(TENANT, 'job-20');
    const late = await client.send(new ListTrainingJobsCommand({ CreationTimeAfter: new Date(creationTimeMs) }));
    expect(late.TrainingJobSummaries?.map((job) => job.TrainingJobName)).toEqual(names(21, 23));
  });

  it('has nothing in a status that no job of Fleetune reaches', async () => {
    const page = await api.client().send(new ListTrainingJobsCommand({ StatusEquals: 'Deleting' }));
    expect(page.TrainingJobSummaries).toEqual([]);
  });

  it('lists by the status of the warm pool, and shows who reused it', async () => {
    const pool = { agentId: 'a', instanceType: 'ml.m5.xlarge', keepAliveSeconds: 60, reuses: 0, retainedSeconds: 5 };
    const warmPool = { ...pool, status: 'Reused', reusedBy: 'job-02' } as const;
    api.jobs.changeTrainingJob(TENANT, 'job-01', { warmPool });
    const list = (WarmPoolStatusEquals: 'Reused' | 'InUse') =>
      api.client().send(new ListTrainingJobsCommand({ WarmPoolStatusEquals }));
    expect((await list('Reused')).TrainingJobSummaries).toMatchObject([
      {
        TrainingJobName: 'job-01',
        WarmPoolStatus: { Status: 'Reused', ResourceRetainedBillableTimeInSeconds: 5, ReusedByJob: 'job-02' },
      },
    ]);
    expect((await list('InUse')).TrainingJobSummaries).toEqual([]);
  });

  it('refuses a token that it did not give, and a filter that it does not know', async () => {
    await expect(api.client().send(new ListTrainingJobsCommand({ NextToken: 'made up' }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('NextToken'),
    });
    await expect(api.client().send(new ListTrainingJobsCommand({ TrainingPlanArnEquals: PLAN }))).rejects.toThrow(
      `Value '${PLAN}' at 'trainingPlanArnEquals'`,
    );
  });
});

function names(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `job-${String(first + index).padStart(2, '0')}`);
}
