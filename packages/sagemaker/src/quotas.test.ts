import {
  CreateHyperParameterTuningJobCommand,
  ResourceLimitExceeded,
  StopHyperParameterTuningJobCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definitionRequest, tuningJobRequest } from './fixtures/requests.fixture.js';
import { type ServedApi, serveApi } from './fixtures/served-api.fixture.js';

const QUOTAS = {
  tuningJobsInProgress: 2,
  trainingJobsPerTuningJob: 750,
  parallelTrainingJobsPerTuningJob: 10,
  hyperparametersPerTuningJob: 3,
};

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi({ quotas: QUOTAS });
});
afterEach(() => api.close());

type Config = Parameters<typeof tuningJobRequest>[1];

async function create(config: Config, name = 'tuned') {
  const request = tuningJobRequest({ HyperParameterTuningJobName: name }, config);
  return api.client().send(new CreateHyperParameterTuningJobCommand(request));
}

describe('quotas of tuning jobs', () => {
  it('let through what is within them', async () => {
    const limits = { MaxNumberOfTrainingJobs: 750, MaxParallelTrainingJobs: 10 };
    await expect(create({ ResourceLimits: limits })).resolves.toMatchObject({
      HyperParameterTuningJobArn: expect.any(String),
    });
  });

  it('refuse too many training jobs, and say how many there may be and what raises that', async () => {
    const refused = await create({
      ResourceLimits: { MaxNumberOfTrainingJobs: 751, MaxParallelTrainingJobs: 1 },
    }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ResourceLimitExceeded);
    expect(String(refused)).toContain('training jobs of a tuning job: 751 are asked for, and 750 are allowed');
  });

  it('refuse too many at the same time', async () => {
    const limits = { MaxNumberOfTrainingJobs: 20, MaxParallelTrainingJobs: 11 };
    await expect(create({ ResourceLimits: limits })).rejects.toThrow('parallel training jobs of a tuning job: 11');
  });

  it('refuse too many hyperparameters', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const ContinuousParameterRanges = names.map((Name) => ({ Name, MinValue: '0', MaxValue: '1' }));
    await expect(create({ ParameterRanges: { ContinuousParameterRanges } })).rejects.toThrow(
      'hyperparameters searched by a tuning job: 4',
    );
  });

  it('count the combinations of a grid that names no number', async () => {
    const Values = Array.from({ length: 28 }, (_each, number) => String(number));
    const ranges = ['a', 'b'].map((Name) => ({ Name, Values }));
    await expect(
      create({
        Strategy: 'Grid',
        ResourceLimits: { MaxParallelTrainingJobs: 1 },
        ParameterRanges: { CategoricalParameterRanges: ranges },
      }),
    ).rejects.toThrow('training jobs of a tuning job: 784');
  });

  it('refuse a tuning job while as many as allowed are in progress', async () => {
    for (const name of ['one', 'two']) await create({}, name);
    await expect(create({}, 'three')).rejects.toThrow(ResourceLimitExceeded);
    await api.client().send(new StopHyperParameterTuningJobCommand({ HyperParameterTuningJobName: 'one' }));
    await create({}, 'three');
  });

  it('are generous where nobody sets them', async () => {
    const generous = await serveApi();
    const limits = { MaxNumberOfTrainingJobs: 10_000, MaxParallelTrainingJobs: 100 };
    const request = tuningJobRequest({ TrainingJobDefinition: definitionRequest() }, { ResourceLimits: limits });
    await generous.client().send(new CreateHyperParameterTuningJobCommand(request));
    await generous.close();
  });
});
