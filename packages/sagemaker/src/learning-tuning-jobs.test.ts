import {
  CreateHyperParameterTuningJobCommand,
  type CreateHyperParameterTuningJobRequest,
  DescribeHyperParameterTuningJobCommand,
} from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { definitionRequest, tuningJobRequest } from './fixtures/requests.fixture.js';
import { type ServedApi, serveApi, TENANT } from './fixtures/served-api.fixture.js';

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi({ randomSeed: () => 7 });
});
afterEach(async () => {
  await api.close();
});

async function create(request: CreateHyperParameterTuningJobRequest) {
  await api.client().send(new CreateHyperParameterTuningJobCommand(request));
  const { HyperParameterTuningJobName } = request;
  const { spec } = await api.jobs.describeTuningJob(TENANT, HyperParameterTuningJobName ?? '');
  return {
    spec,
    shown: await api.client().send(new DescribeHyperParameterTuningJobCommand({ HyperParameterTuningJobName })),
  };
}

const HINTS = [
  { Name: 'max_depth', ValueHint: '4' },
  { Name: 'booster', ValueHint: 'gbtree' },
];

describe('Autotune', () => {
  it('turns the hint of the guide, 4, into the range of the guide, 2 to 8, and shows it', async () => {
    const { shown } = await create(
      tuningJobRequest({ Autotune: { Mode: 'Enabled' } }, { ParameterRanges: { AutoParameters: HINTS } }),
    );
    expect(shown.Autotune).toEqual({ Mode: 'Enabled' });
    const ranges = shown.HyperParameterTuningJobConfig?.ParameterRanges;
    expect(ranges?.IntegerParameterRanges).toMatchObject([{ Name: 'max_depth', MinValue: '2', MaxValue: '8' }]);
    expect(ranges?.AutoParameters).toBeUndefined();
    expect(shown.TrainingJobDefinition?.StaticHyperParameters).toMatchObject({ booster: 'gbtree' });
  });

  it('chooses what the request left open', async () => {
    const { spec, shown } = await create(
      tuningJobRequest(
        { Autotune: { Mode: 'Enabled' } },
        { ParameterRanges: { AutoParameters: HINTS }, ResourceLimits: { MaxParallelTrainingJobs: 2 } },
      ),
    );
    expect(spec).toMatchObject({
      limits: { maxTrainingJobs: 20, maxParallelTrainingJobs: 2 },
      earlyStopping: 'Auto',
      completion: { completeOnConvergence: true },
    });
    expect(shown.HyperParameterTuningJobConfig?.ResourceLimits?.MaxNumberOfTrainingJobs).toBe(20);
  });

  it('leaves what the request says as it is', async () => {
    const { spec } = await create(
      tuningJobRequest(
        {
          Autotune: { Mode: 'Enabled' },
          TrainingJobDefinition: definitionRequest({ RetryStrategy: { MaximumRetryAttempts: 7 } }),
        },
        {
          ResourceLimits: { MaxParallelTrainingJobs: 2, MaxNumberOfTrainingJobs: 5 },
          TrainingJobEarlyStoppingType: 'Off',
          TuningJobCompletionCriteria: { ConvergenceDetected: { CompleteOnConvergence: 'Disabled' } },
        },
      ),
    );
    expect(spec).toMatchObject({
      limits: { maxTrainingJobs: 5 },
      earlyStopping: 'Off',
      completion: { completeOnConvergence: false },
      definitions: [{ template: { maximumRetryAttempts: 7 } }],
    });
  });

  it('is needed for hints', async () => {
    const request = tuningJobRequest({}, { ParameterRanges: { AutoParameters: HINTS } });
    await expect(create(request)).rejects.toThrow(/autoParameters.*must be left out unless autotune.mode is Enabled/);
  });
});

describe('Hyperband', () => {
  it('is asked for with its epochs', async () => {
    const { spec, shown } = await create(
      tuningJobRequest(
        {},
        { Strategy: 'Hyperband', StrategyConfig: { HyperbandStrategyConfig: { MinResource: 2, MaxResource: 50 } } },
      ),
    );
    expect(spec.strategy).toEqual({ name: 'Hyperband', minResource: 2, maxResource: 50 });
    expect(shown.HyperParameterTuningJobConfig?.StrategyConfig).toEqual({
      HyperbandStrategyConfig: { MinResource: 2, MaxResource: 50 },
    });
  });
});

describe('warm start', () => {
  it('names its parents, and shows them', async () => {
    const WarmStartConfig = {
      WarmStartType: 'TransferLearning',
      ParentHyperParameterTuningJobs: [{ HyperParameterTuningJobName: 'earlier' }],
    } as const;
    const { spec, shown } = await create(
      tuningJobRequest({ WarmStartConfig: structuredClone(WarmStartConfig) as never }),
    );
    expect(spec.warmStart).toEqual({ type: 'TransferLearning', parentNames: ['earlier'] });
    expect(shown.WarmStartConfig).toEqual(WarmStartConfig);
  });

  it('refuses a parent without a name', async () => {
    const WarmStartConfig = { WarmStartType: 'TransferLearning' as const, ParentHyperParameterTuningJobs: [{}] };
    await expect(create(tuningJobRequest({ WarmStartConfig }))).rejects.toThrow(
      /parentHyperParameterTuningJobs.1.member.hyperParameterTuningJobName' failed .* must not be null/,
    );
  });
});
