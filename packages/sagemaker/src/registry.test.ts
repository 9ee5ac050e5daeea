import { beforeAll, describe, expect, it } from 'vitest';
import { InMemoryJobService } from './fixtures/in-memory-job-service.fixture.js';
import { trainingJobRequest, tuningJobRequest } from './fixtures/requests.fixture.js';
import { trainingJobArn, tuningJobArn } from './mapping/arn.js';
import { parseShape } from './model/parse-shape.js';
import { operationModel } from './model/service-model.js';
import type { OperationContext } from './operation.js';
import { DEFAULT_QUOTAS } from './quotas.js';
import { operations } from './registry.js';
import { toJson } from './wire/to-json.js';

const TENANT = 'team-a';
const jobs = new InMemoryJobService(() => Date.UTC(2026, 0, 1, 12, 0, 0, 125));
const context: OperationContext = {
  jobs,
  tenant: TENANT,
  account: { region: 'eu-west-1', accountId: '123456789012' },
  algorithmImages: {
    resolve: () => ({ name: 'xgboost', version: '1.7-1' }),
    metricDefinitions: () => [{ name: 'validation:rmse', regex: 'rmse:(\\S+)' }],
  },
  quotas: DEFAULT_QUOTAS,
  randomSeed: () => 2 ** 31 - 1,
};

/** A request for each operation, by name; an operation without one fails the test below. */
const REQUESTS: Readonly<Record<string, object | undefined>> = {
  AddTags: { ResourceArn: trainingJobArn(context.account, 'churn-1'), Tags: [{ Key: 'stage', Value: '' }] },
  CreateHyperParameterTuningJob: tuningJobRequest({ HyperParameterTuningJobName: 'new' }),
  CreateTrainingJob: trainingJobRequest({ TrainingJobName: 'new' }),
  DeleteHyperParameterTuningJob: { HyperParameterTuningJobName: 'ended' },
  DeleteTags: { ResourceArn: trainingJobArn(context.account, 'churn-1'), TagKeys: ['team'] },
  DeleteTrainingJob: { TrainingJobName: 'ended' },
  DescribeHyperParameterTuningJob: { HyperParameterTuningJobName: 'churn-tuning' },
  DescribeTrainingJob: { TrainingJobName: 'churn-tuning-001-abcdef12' },
  GetSearchSuggestions: { Resource: 'TrainingJob' },
  ListHyperParameterTuningJobs: {},
  ListTags: { ResourceArn: tuningJobArn(context.account, 'churn-tuning') },
  ListTrainingJobs: { MaxResults: 1 },
  ListTrainingJobsForHyperParameterTuningJob: { HyperParameterTuningJobName: 'churn-tuning' },
  Search: { Resource: 'TrainingJob', SortBy: 'Metrics.metric-1' },
  StopHyperParameterTuningJob: { HyperParameterTuningJobName: 'churn-tuning' },
  StopTrainingJob: { TrainingJobName: 'churn-1' },
  UpdateTrainingJob: { TrainingJobName: 'churn-1' },
};

async function answer(name: string, request: object): Promise<unknown> {
  return operations.get(name)?.answer(JSON.parse(JSON.stringify(request)), context);
}

beforeAll(async () => {
  await answer('CreateTrainingJob', trainingJobRequest());
  await answer('CreateHyperParameterTuningJob', tuningJobRequest());
  await answer('CreateTrainingJob', trainingJobRequest({ TrainingJobName: 'ended' }));
  jobs.changeTrainingJob(TENANT, 'ended', { status: 'Completed' });
  await answer('CreateHyperParameterTuningJob', tuningJobRequest({ HyperParameterTuningJobName: 'ended' }));
  jobs.changeTuningJob(TENANT, 'ended', { status: 'Completed' });
  const configuration = { eta: 0.1, max_depth: 3, tree_method: 'hist' };
  const bestTrainingJob = await jobs.addTunedTrainingJob(TENANT, 'churn-tuning', 0, configuration, 0.5);
  const endTimeMs = Date.UTC(2026, 0, 2);
  jobs.changeTuningJob(TENANT, 'churn-tuning', { bestTrainingJob, endTimeMs, convergenceDetectedTimeMs: endTimeMs });
  jobs.changeTrainingJob(TENANT, bestTrainingJob.name, {
    instanceType: 'ml.m5.4xlarge',
    trainingStartTimeMs: endTimeMs,
    trainingEndTimeMs: endTimeMs,
    trainingTimeSeconds: 0,
    billableTimeSeconds: 0,
    failureReason: 'AlgorithmError: '.padEnd(3000, '\u{1d4d0}'),
    finalMetrics: Array.from({ length: 50 }, (_, number) => ({
      name: `metric-${number}`,
      value: number / 3,
      timestampMs: endTimeMs,
    })),
  });
});

describe.each([...operations.keys()])('%s', (name) => {
  it('answers in the shape of the API model', async () => {
    const request = REQUESTS[name];
    if (request === undefined) throw new Error(`Add a request for ${name} to this test.`);
    const { output } = operationModel(name);
    const answered = await answer(name, request);
    if (output === undefined) expect(answered).toBeUndefined();
    else expect(() => parseShape(output, JSON.parse(toJson(answered)))).not.toThrow();
  });
});

it('finds tuning jobs in the shape of the API model', async () => {
  const found = await answer('Search', { Resource: 'HyperParameterTuningJob' });
  expect(() => parseShape('SearchResponse', JSON.parse(toJson(found)))).not.toThrow();
});

it('describes jobs of other APIs in the shape of the API model', async () => {
  const origin = { api: 'fleetune', request: {} };
  const { spec } = await jobs.describeTuningJob(TENANT, 'churn-tuning');
  const definition = spec.definitions[0];
  if (definition === undefined) throw new Error('The tuning job has a definition.');
  const { definitions: _definitions, ...search } = spec;
  for (const [index, algorithm] of [
    { kind: 'builtin', name: 'xgboost' } as const,
    { kind: 'script', sourceUri: 'file:///code', entryPoint: 'train.py' } as const,
    { kind: 'command', command: ['python', '-m', 'train'] } as const,
    { kind: 'image', image: 'image:1', entrypoint: ['run'], arguments: ['--fast'] } as const,
  ].entries()) {
    const template = { ...definition.template, algorithm, checkpointUri: 'file:///c', environment: { A: 'b' } };
    const name = `other-${index}`;
    await jobs.createTrainingJob(TENANT, { name, spec: template, origin, tags: {} });
    const definitions = [{ ...definition, template, name: index === 0 ? '' : `definition-${index}` }];
    await jobs.createTuningJob(TENANT, { name, spec: { ...search, definitions }, origin, tags: {} });
    const training = await answer('DescribeTrainingJob', { TrainingJobName: name });
    expect(() => parseShape('DescribeTrainingJobResponse', JSON.parse(toJson(training)))).not.toThrow();
    const tuning = await answer('DescribeHyperParameterTuningJob', { HyperParameterTuningJobName: name });
    expect(() => parseShape('DescribeHyperParameterTuningJobResponse', JSON.parse(toJson(tuning)))).not.toThrow();
  }
});
