import {
  CreateHyperParameterTuningJobCommand,
  type CreateHyperParameterTuningJobRequest,
  DescribeHyperParameterTuningJobCommand,
  ListHyperParameterTuningJobsCommand,
  ListTrainingJobsForHyperParameterTuningJobCommand,
  paginateListTrainingJobsForHyperParameterTuningJob,
  StopHyperParameterTuningJobCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  definitionRequest,
  ROLE_ARN,
  severalDefinitionsRequest,
  tuningJobRequest,
} from './fixtures/requests.fixture.js';
import { type ServedApi, serveApi, TENANT } from './fixtures/served-api.fixture.js';

const SEED = 1_234_567;

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi({ randomSeed: () => SEED });
});
afterEach(async () => {
  await api.close();
});

async function create(request: CreateHyperParameterTuningJobRequest) {
  await api.client().send(new CreateHyperParameterTuningJobCommand(request));
  return api.jobs.describeTuningJob(TENANT, request.HyperParameterTuningJobName ?? '');
}

describe('DescribeHyperParameterTuningJob', () => {
  it('shows the request again, with the seed that was chosen', async () => {
    const request = tuningJobRequest({}, { TrainingJobEarlyStoppingType: 'Off' });
    await create(request);
    const job = await describeJob('churn-tuning');
    expect(job).toMatchObject({
      HyperParameterTuningJobName: 'churn-tuning',
      HyperParameterTuningJobArn: 'arn:aws:sagemaker:eu-west-1:123456789012:hyper-parameter-tuning-job/churn-tuning',
      HyperParameterTuningJobConfig: { ...request.HyperParameterTuningJobConfig, RandomSeed: SEED },
      HyperParameterTuningJobStatus: 'InProgress',
      TrainingJobStatusCounters: { Completed: 0, InProgress: 0 },
    });
    expect(job.TrainingJobDefinition).toMatchObject(definitionRequest());
    expect(job.TrainingJobDefinition?.AlgorithmSpecification?.MetricDefinitions?.[0]?.Name).toBe('validation:rmse');
    expect(job.BestTrainingJob).toBeUndefined();
  });

  it('shows counters, the best training job, and what was used', async () => {
    await create(tuningJobRequest());
    const bestTrainingJob = await api.jobs.addTunedTrainingJob(
      TENANT,
      'churn-tuning',
      3,
      { eta: 1e-7, max_depth: 4, tree_method: 'hist' },
      0.375,
    );
    const endTimeMs = Date.UTC(2026, 1, 3);
    api.jobs.changeTuningJob(TENANT, 'churn-tuning', {
      status: 'Completed',
      endTimeMs,
      convergenceDetectedTimeMs: endTimeMs - 5,
      trainingJobCounts: { completed: 6, inProgress: 1, retryableError: 2, nonRetryableError: 3, stopped: 4 },
      objectiveCounts: { succeeded: 6, pending: 1, failed: 9 },
      bestTrainingJob,
      trainingJobsNotImproving: 2,
      consumedRuntimeSeconds: 99.5,
    });
    expect(await describeJob('churn-tuning')).toMatchObject({
      HyperParameterTuningJobStatus: 'Completed',
      HyperParameterTuningEndTime: new Date(endTimeMs),
      TrainingJobStatusCounters: {
        Completed: 6,
        InProgress: 1,
        RetryableError: 2,
        NonRetryableError: 3,
        Stopped: 4,
      },
      ObjectiveStatusCounters: { Succeeded: 6, Pending: 1, Failed: 9 },
      BestTrainingJob: {
        TrainingJobName: 'churn-tuning-004-abcdef12',
        TuningJobName: 'churn-tuning',
        TunedHyperParameters: { eta: '1e-7', max_depth: '4', tree_method: 'hist' },
        FinalHyperParameterTuningJobObjectiveMetric: {
          Type: 'Minimize',
          MetricName: 'validation:rmse',
          Value: 0.375,
        },
        ObjectiveStatus: 'Succeeded',
      },
      TuningJobCompletionDetails: {
        NumberOfTrainingJobsObjectiveNotImproving: 2,
        ConvergenceDetectedTime: new Date(endTimeMs - 5),
      },
      ConsumedResources: { RuntimeInSeconds: 100 },
    });
  });

  it('shows several definitions', async () => {
    await create(severalDefinitionsRequest());
    const job = await describeJob('several');
    expect(job.TrainingJobDefinition).toBeUndefined();
    expect(job.TrainingJobDefinitions).toMatchObject(severalDefinitionsRequest().TrainingJobDefinitions ?? []);
  });

  it('shows a job that was made through another API', async () => {
    const { spec } = await create(tuningJobRequest());
    const { spec: several } = await create(severalDefinitionsRequest());
    const origin = { api: 'fleetune', request: {} };
    await api.jobs.createTuningJob(TENANT, { name: 'yaml-one', spec, origin, tags: {} });
    await api.jobs.createTuningJob(TENANT, { name: 'yaml-two', spec: several, origin, tags: {} });
    expect(await describeJob('yaml-one')).toMatchObject({
      HyperParameterTuningJobConfig: {
        Strategy: 'Random',
        RandomSeed: SEED,
        ResourceLimits: { MaxNumberOfTrainingJobs: 10, MaxParallelTrainingJobs: 5 },
        HyperParameterTuningJobObjective: { Type: 'Minimize', MetricName: 'validation:rmse' },
        ParameterRanges: {
          ContinuousParameterRanges: [{ Name: 'eta', MinValue: '0.001', MaxValue: '1', ScalingType: 'Logarithmic' }],
          IntegerParameterRanges: [{ Name: 'max_depth', MinValue: '2', MaxValue: '6' }],
          CategoricalParameterRanges: [{ Name: 'tree_method', Values: ['exact', 'hist'] }],
        },
      },
      TrainingJobDefinition: {
        RoleArn: ROLE_ARN,
        StaticHyperParameters: { num_round: '50' },
        HyperParameterTuningResourceConfig: definitionRequest().HyperParameterTuningResourceConfig,
      },
    });
    const two = await describeJob('yaml-two');
    expect(two.HyperParameterTuningJobConfig?.ParameterRanges).toBeUndefined();
    expect(two.TrainingJobDefinitions?.map((definition) => definition.DefinitionName)).toEqual(['trees', 'lines']);
  });

  it('says that an unknown job is not found', async () => {
    await expect(describeJob('nobody')).rejects.toMatchObject({
      name: 'ResourceNotFound',
      message: 'There is no tuning job named "nobody".',
    });
  });
});

describe('StopHyperParameterTuningJob', () => {
  it('asks the job to stop, and refuses when it has ended or is unknown', async () => {
    await create(tuningJobRequest());
    const stop = (name: string) =>
      api.client().send(new StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName: name }));
    await stop('churn-tuning');
    expect((await api.jobs.describeTuningJob(TENANT, 'churn-tuning')).status).toBe('Stopping');
    api.jobs.changeTuningJob(TENANT, 'churn-tuning', { status: 'Stopped' });
    await expect(stop('churn-tuning')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(stop('nobody')).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });
});

describe('ListHyperParameterTuningJobs', () => {
  it('lists by name, with strategy, limits and counters', async () => {
    for (const name of ['b', 'c', 'a']) await create(tuningJobRequest({ HyperParameterTuningJobName: name }));
    const page = await api.client().send(new ListHyperParameterTuningJobsCommand({ MaxResults: 2 }));
    expect(page.HyperParameterTuningJobSummaries?.map((job) => job.HyperParameterTuningJobName)).toEqual(['a', 'b']);
    expect(page.HyperParameterTuningJobSummaries?.[0]).toMatchObject({
      Strategy: 'Random',
      ResourceLimits: { MaxNumberOfTrainingJobs: 10, MaxParallelTrainingJobs: 5 },
      ObjectiveStatusCounters: { Succeeded: 0, Pending: 0, Failed: 0 },
    });
    const { NextToken } = page;
    const rest = await api.client().send(new ListHyperParameterTuningJobsCommand({ MaxResults: 2, NextToken }));
    expect(rest.HyperParameterTuningJobSummaries?.map((job) => job.HyperParameterTuningJobName)).toEqual(['c']);
    expect(rest.NextToken).toBeUndefined();
  });

  it('has nothing in a status that no job of Fleetune reaches', async () => {
    await create(tuningJobRequest());
    const page = await api.client().send(new ListHyperParameterTuningJobsCommand({ StatusEquals: 'DeleteFailed' }));
    expect(page.HyperParameterTuningJobSummaries).toEqual([]);
  });
});

describe('ListTrainingJobsForHyperParameterTuningJob', () => {
  it("lists a tuning job's training jobs, the best first when asked", async () => {
    await create(tuningJobRequest());
    for (const [index, value] of [0.5, 0.25, undefined, 0.75].entries()) {
      await api.jobs.addTunedTrainingJob(TENANT, 'churn-tuning', index, { eta: 0.5 }, value);
    }
    const page = await api.client().send(
      new ListTrainingJobsForHyperParameterTuningJobCommand({
        HyperParameterTuningJobName: 'churn-tuning',
        SortBy: 'FinalObjectiveMetricValue',
        SortOrder: 'Ascending',
      }),
    );
    expect(
      page.TrainingJobSummaries?.map((job) => [
        job.FinalHyperParameterTuningJobObjectiveMetric?.Value,
        job.ObjectiveStatus,
        job.TrainingJobStatus,
      ]),
    ).toEqual([
      [0.25, 'Succeeded', 'Completed'],
      [0.5, 'Succeeded', 'Completed'],
      [0.75, 'Succeeded', 'Completed'],
      [undefined, 'Failed', 'Failed'],
    ]);
  });

  it('is walked page by page', async () => {
    await create(severalDefinitionsRequest());
    for (let index = 0; index < 5; index++) {
      await api.jobs.addTunedTrainingJob(TENANT, 'several', index, { eta: 0.5 }, index, 1);
    }
    const pages = paginateListTrainingJobsForHyperParameterTuningJob(
      { client: api.client(), pageSize: 2 },
      { HyperParameterTuningJobName: 'several' },
    );
    const seen = [];
    for await (const page of pages) seen.push(...(page.TrainingJobSummaries ?? []));
    expect(seen.map((job) => job.FinalHyperParameterTuningJobObjectiveMetric?.Value)).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(seen.map((job) => job.TrainingJobDefinitionName))).toEqual(new Set(['lines']));
  });

  it('says that an unknown tuning job is not found', async () => {
    await expect(
      api
        .client()
        .send(new ListTrainingJobsForHyperParameterTuningJobCommand({ HyperParameterTuningJobName: 'nobody' })),
    ).rejects.toMatchObject({ name: 'ResourceNotFound' });
  });
});

function describeJob(name: string) {
  return api.client().send(new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName: name }));
}
