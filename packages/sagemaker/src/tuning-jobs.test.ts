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
import { definitionRequest, ROLE_ARN, tuningJobRequest } from './fixtures/requests.fixture.js';
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

describe('CreateHyperParameterTuningJob', () => {
  it('asks the scheduler for what the request says', async () => {
    const { spec } = await create(
      tuningJobRequest(
        {},
        {
          ResourceLimits: { MaxNumberOfTrainingJobs: 10, MaxParallelTrainingJobs: 5, MaxRuntimeInSeconds: 7200 },
          TuningJobCompletionCriteria: {
            TargetObjectiveMetricValue: 0.25,
            BestObjectiveNotImproving: { MaxNumberOfTrainingJobsNotImproving: 4 },
            ConvergenceDetected: { CompleteOnConvergence: 'Enabled' },
          },
        },
      ),
    );
    expect(spec).toMatchObject({
      strategy: { name: 'Random' },
      seed: SEED,
      limits: { maxTrainingJobs: 10, maxParallelTrainingJobs: 5, maxRuntimeSeconds: 7200 },
      completion: { targetObjectiveValue: 0.25, maxTrainingJobsNotImproving: 4, completeOnConvergence: true },
      earlyStopping: 'Off',
    });
    expect(spec.definitions).toHaveLength(1);
    expect(spec.definitions[0]).toMatchObject({
      name: '',
      objective: { type: 'Minimize', metricName: 'validation:rmse' },
      ranges: [
        { kind: 'continuous', name: 'eta', min: 0.001, max: 1, scaling: 'Logarithmic' },
        { kind: 'integer', name: 'max_depth', min: 2, max: 6, scaling: 'Auto' },
        { kind: 'categorical', name: 'tree_method', values: ['exact', 'hist'] },
      ],
      template: {
        algorithm: { kind: 'builtin', name: 'xgboost' },
        hyperparameters: { num_round: '50' },
        instances: [
          { instanceType: 'ml.m4.xlarge', instanceCount: 1, volumeSizeGib: 5 },
          { instanceType: 'ml.m5.4xlarge', instanceCount: 1, volumeSizeGib: 5 },
        ],
        stopping: { maxRuntimeSeconds: 259_200 },
      },
    });
  });

  it('takes the seed of the request', async () => {
    const { spec } = await create(tuningJobRequest({}, { RandomSeed: 7 }));
    expect(spec.seed).toBe(7);
  });

  it('takes one instance in place of a fallback list, in either form', async () => {
    const single = { InstanceType: 'ml.c5.xlarge', InstanceCount: 1, VolumeSizeInGB: 9 } as const;
    const tuning = definitionRequest({ HyperParameterTuningResourceConfig: single });
    const plain = definitionRequest({
      HyperParameterTuningResourceConfig: undefined,
      ResourceConfig: { ...single, KeepAlivePeriodInSeconds: 60 },
    });
    const first = await create(
      tuningJobRequest({ HyperParameterTuningJobName: 'first', TrainingJobDefinition: tuning }),
    );
    const second = await create(
      tuningJobRequest({ HyperParameterTuningJobName: 'second', TrainingJobDefinition: plain }),
    );
    const instances = [{ instanceType: 'ml.c5.xlarge', instanceCount: 1, volumeSizeGib: 9 }];
    expect(first.spec.definitions[0]?.template).toMatchObject({ instances, keepAliveSeconds: 0 });
    expect(second.spec.definitions[0]?.template).toMatchObject({ instances, keepAliveSeconds: 60 });
  });

  it('takes several definitions, each with its own objective and ranges', async () => {
    const { spec } = await create(severalDefinitions());
    expect(spec.definitions.map(({ name, objective, ranges }) => ({ name, objective, ranges }))).toEqual([
      {
        name: 'trees',
        objective: { type: 'Minimize', metricName: 'validation:rmse' },
        ranges: [{ kind: 'continuous', name: 'eta', min: 0, max: 1, scaling: 'Auto' }],
      },
      {
        name: 'lines',
        objective: { type: 'Minimize', metricName: 'loss' },
        ranges: [{ kind: 'integer', name: 'depth', min: 1, max: 9, scaling: 'Linear' }],
      },
    ]);
  });

  it('lets a grid search go without a number of training jobs', async () => {
    const grid = {
      Strategy: 'Grid' as const,
      ParameterRanges: {
        CategoricalParameterRanges: [
          { Name: 'booster', Values: ['gbtree', 'dart'] },
          { Name: 'tree_method', Values: ['exact', 'hist', 'approx'] },
        ],
      },
    };
    const { spec } = await create(tuningJobRequest({}, { ...grid, ResourceLimits: { MaxParallelTrainingJobs: 2 } }));
    expect(spec.limits).toEqual({ maxParallelTrainingJobs: 2 });
    const limits = { MaxParallelTrainingJobs: 2, MaxNumberOfTrainingJobs: 5 };
    const wrong = tuningJobRequest({ HyperParameterTuningJobName: 'wrong' }, { ...grid, ResourceLimits: limits });
    await expect(create(wrong)).rejects.toThrow(
      "Value '5' at 'hyperParameterTuningJobConfig.resourceLimits.maxNumberOfTrainingJobs' failed to satisfy constraint: Member must be left out of a grid search, or be the number of combinations, 6",
    );
    const numeric = tuningJobRequest({ HyperParameterTuningJobName: 'numeric' }, { Strategy: 'Grid' });
    await expect(create(numeric)).rejects.toThrow('Grid search takes categorical ranges only');
  });

  it.each([
    ['minValue', { MinValue: '0,5', MaxValue: '1' }, 'Member must be a number in decimal digits'],
    ['maxValue', { MinValue: '0.5', MaxValue: 'Infinity' }, 'Member must be a number in decimal digits'],
  ])('refuses a continuous %s that is no number', async (member, ends, constraint) => {
    const ParameterRanges = { ContinuousParameterRanges: [{ Name: 'eta', ...ends }] };
    await expect(create(tuningJobRequest({}, { ParameterRanges }))).rejects.toThrow(
      `at 'hyperParameterTuningJobConfig.parameterRanges.continuousParameterRanges.1.member.${member}' failed to satisfy constraint: ${constraint}`,
    );
  });

  it('refuses an integer range with fractions or reverse-logarithmic scaling', async () => {
    const ParameterRanges = {
      IntegerParameterRanges: [
        { Name: 'depth', MinValue: '1.5', MaxValue: '9', ScalingType: 'ReverseLogarithmic' as const },
      ],
    };
    await expect(create(tuningJobRequest({}, { ParameterRanges }))).rejects.toThrow(
      /^2 validation errors detected: Value '1.5' at .*minValue'.*an integer.*; Value 'ReverseLogarithmic' at .*scalingType'/,
    );
  });

  it('refuses more tuned and more overall hyperparameters than the service allows', async () => {
    const range = (number: number) => ({ Name: `p${number}`, MinValue: '0', MaxValue: '1' });
    const ParameterRanges = {
      ContinuousParameterRanges: Array.from({ length: 20 }, (_, number) => range(number)),
      IntegerParameterRanges: Array.from({ length: 11 }, (_, number) => range(100 + number)),
    };
    await expect(create(tuningJobRequest({}, { ParameterRanges }))).rejects.toThrow('at most 30 ranges in total');
    const StaticHyperParameters = Object.fromEntries(Array.from({ length: 97 }, (_, number) => [`s${number}`, '1']));
    await expect(
      create(tuningJobRequest({ TrainingJobDefinition: definitionRequest({ StaticHyperParameters }) })),
    ).rejects.toThrow('there are 101');
  });

  it('wants exactly one way of giving definitions', async () => {
    const none = tuningJobRequest({ TrainingJobDefinition: undefined });
    await expect(create(none)).rejects.toThrow('Exactly one of trainingJobDefinition and trainingJobDefinitions');
    const both = { ...severalDefinitions(), TrainingJobDefinition: definitionRequest() };
    await expect(create(both)).rejects.toThrow('Exactly one of trainingJobDefinition and trainingJobDefinitions');
  });

  it('wants the objective and the ranges where the number of definitions puts them', async () => {
    const missing = tuningJobRequest({}, { HyperParameterTuningJobObjective: undefined, ParameterRanges: undefined });
    await expect(create(missing)).rejects.toThrow(
      /Value null at 'hyperParameterTuningJobConfig.hyperParameterTuningJobObjective'.*Value null at 'hyperParameterTuningJobConfig.parameterRanges'/,
    );
    const several = { ...tuningJobRequest(), TrainingJobDefinition: undefined };
    await expect(create({ ...several, TrainingJobDefinitions: [definitionRequest()] })).rejects.toThrow(
      /parameterRanges' failed to satisfy constraint: Member must be left out.*'trainingJobDefinitions.1.member.definitionName'.*tuningObjective.*hyperParameterRanges/,
    );
  });

  it('refuses two resource configs, and none', async () => {
    const ResourceConfig = { InstanceType: 'ml.c5.xlarge', InstanceCount: 1, VolumeSizeInGB: 9 } as const;
    await expect(
      create(tuningJobRequest({ TrainingJobDefinition: definitionRequest({ ResourceConfig }) })),
    ).rejects.toThrow(
      "at 'trainingJobDefinition.resourceConfig' failed to satisfy constraint: Member must be left out",
    );
    const none = definitionRequest({ HyperParameterTuningResourceConfig: undefined });
    await expect(create(tuningJobRequest({ TrainingJobDefinition: none }))).rejects.toThrow(
      "Value null at 'trainingJobDefinition.resourceConfig'",
    );
  });

  it('passes on every fault that the scheduler finds, and refuses a name that is taken', async () => {
    const objective = { Type: 'Maximize', MetricName: 'accuracy' } as const;
    await expect(create(tuningJobRequest({}, { HyperParameterTuningJobObjective: objective }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('"accuracy"'),
    });
    await create(tuningJobRequest());
    await expect(create(tuningJobRequest())).rejects.toMatchObject({ name: 'ResourceInUse' });
  });
});

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
    await create(severalDefinitions());
    const job = await describeJob('several');
    expect(job.TrainingJobDefinition).toBeUndefined();
    expect(job.TrainingJobDefinitions).toMatchObject(severalDefinitions().TrainingJobDefinitions ?? []);
  });

  it('shows a job that was made through another API', async () => {
    const { spec } = await create(tuningJobRequest());
    const { spec: several } = await create(severalDefinitions());
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
    await create(severalDefinitions());
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

function severalDefinitions(): CreateHyperParameterTuningJobRequest {
  return {
    HyperParameterTuningJobName: 'several',
    HyperParameterTuningJobConfig: {
      Strategy: 'Bayesian',
      ResourceLimits: { MaxNumberOfTrainingJobs: 4, MaxParallelTrainingJobs: 2 },
    },
    TrainingJobDefinitions: [
      definitionRequest({
        DefinitionName: 'trees',
        TuningObjective: { Type: 'Minimize', MetricName: 'validation:rmse' },
        HyperParameterRanges: { ContinuousParameterRanges: [{ Name: 'eta', MinValue: '0', MaxValue: '1' }] },
      }),
      definitionRequest({
        DefinitionName: 'lines',
        AlgorithmSpecification: {
          TrainingImage: 'lines:1',
          TrainingInputMode: 'File',
          MetricDefinitions: [{ Name: 'loss', Regex: 'loss=(\\S+)' }],
        },
        TuningObjective: { Type: 'Minimize', MetricName: 'loss' },
        HyperParameterRanges: {
          IntegerParameterRanges: [{ Name: 'depth', MinValue: '1', MaxValue: '9', ScalingType: 'Linear' }],
        },
      }),
    ],
  };
}
