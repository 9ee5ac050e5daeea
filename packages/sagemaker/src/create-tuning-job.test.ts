import {
  CreateHyperParameterTuningJobCommand,
  type CreateHyperParameterTuningJobRequest,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definitionRequest, severalDefinitionsRequest, tuningJobRequest } from './fixtures/requests.fixture.js';
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
    const { spec } = await create(severalDefinitionsRequest());
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
    const both = { ...severalDefinitionsRequest(), TrainingJobDefinition: definitionRequest() };
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
