import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiServer, OTHER_TOKEN, startApiServer, TOKEN } from './api-server.fixture.js';
import { ApiError, type Client, createClient, ServerUnreachableError } from './client.js';
import type { CreateTuningJobBody } from './contract/tuning-job.js';

const DIGITS: CreateTuningJobBody = {
  name: 'digits',
  strategy: 'Bayesian',
  seed: 7,
  objective: { metric: 'validation:accuracy', type: 'Maximize' },
  limits: { maxTrainingJobs: 3, maxParallelTrainingJobs: 2 },
  algorithm: { builtin: 'xgboost' },
  hyperparameters: { num_round: 10, objective: 'multi:softmax' },
  ranges: { eta: { min: 0.01, max: 0.5, scaling: 'Logarithmic' }, max_depth: { min: 2, max: 9, type: 'integer' } },
  channels: { train: 'file:///data/train' },
  instance: { type: 'ml.m5.large' },
};

let server: ApiServer;
let client: Client;

beforeEach(async () => {
  server = await startApiServer();
  client = createClient({ url: server.url, token: TOKEN });
});
afterEach(() => server.stop());

/** Sends a body that the client's types would not let through. */
async function post(body: unknown): Promise<{ status: number; faults: { path: string; message: string }[] }> {
  const response = await fetch(`${server.url}/api/v1/tuning-jobs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const answer = (await response.json()) as { error?: { faults: { path: string; message: string }[] } };
  return { status: response.status, faults: answer.error?.faults ?? [] };
}

describe('creating a tuning job', () => {
  it('puts the request into the words of the domain', async () => {
    const created = await client.createTuningJob(DIGITS);
    expect(created).toMatchObject({ name: 'digits', status: 'InProgress', strategy: 'Bayesian', seed: 7 });
    const { spec, origin } = await server.jobs.describeTuningJob('team-a', 'digits');
    expect(origin).toEqual({ api: 'fleetune', request: DIGITS });
    expect(spec.definitions[0]).toMatchObject({
      objective: { metricName: 'validation:accuracy', type: 'Maximize' },
      ranges: [
        { kind: 'continuous', name: 'eta', min: 0.01, max: 0.5, scaling: 'Logarithmic' },
        { kind: 'integer', name: 'max_depth', min: 2, max: 9, scaling: 'Auto' },
      ],
      template: {
        algorithm: { kind: 'builtin', name: 'xgboost' },
        hyperparameters: { num_round: '10', objective: 'multi:softmax' },
        channels: [{ name: 'train', uri: 'file:///data/train', compression: 'None' }],
        outputUri: 'file:///var/lib/fleetune/output',
        instances: [{ instanceType: 'ml.m5.large', instanceCount: 1, volumeSizeGib: 30 }],
        metricDefinitions: [{ name: 'validation:accuracy' }],
      },
    });
  });

  it('reads whole-number ends as a continuous range unless the type says integer', async () => {
    await client.createTuningJob({ ...DIGITS, ranges: { depth: { min: 1, max: 9 } } });
    const { spec } = await server.jobs.describeTuningJob('team-a', 'digits');
    expect(spec.definitions[0]?.ranges[0]?.kind).toBe('continuous');
  });

  it('makes up a name that SageMaker would accept too', async () => {
    const { name: _, ...nameless } = DIGITS;
    const { name } = await client.createTuningJob(nameless);
    expect(name).toMatch(/^xgboost-\d{8}-[0-9a-f]{6}$/);
  });

  it('says 409 when the name is taken', async () => {
    await client.createTuningJob(DIGITS);
    await expect(client.createTuningJob(DIGITS)).rejects.toMatchObject({
      status: 409,
      code: 'NameTaken',
      faults: [{ path: 'name' }],
    });
  });
});

describe('refusing a tuning job', () => {
  it.each([
    ['an unknown field', { ...DIGITS, objectiv: 1 }, 'objectiv', 'did you mean "objective"?'],
    [
      'an unknown field inside',
      { ...DIGITS, limits: { ...DIGITS.limits, maxTrainingJob: 1 } },
      'limits.maxTrainingJob',
      '"maxTrainingJobs"',
    ],
    ['a misspelt strategy', { ...DIGITS, strategy: 'Bayesain' }, 'strategy', 'did you mean Bayesian?'],
    [
      'a number as text',
      { ...DIGITS, ranges: { eta: { min: '0', max: 1 } } },
      'ranges.eta.min',
      'Expected a number, not "0".',
    ],
    ['a missing script source', { ...DIGITS, algorithm: { script: 'train.py' } }, 'algorithm.source', 'required'],
    ['a missing objective', { ...DIGITS, objective: undefined }, 'objective', 'required'],
    ['a relative channel', { ...DIGITS, channels: { train: './data' } }, 'channels.train', 'file:///'],
    [
      'a bad instance in the list',
      { ...DIGITS, instance: undefined, instances: [{ type: 'a' }, { type: 'b', count: 0 }] },
      'instances[1].count',
      'at least 1',
    ],
  ])('400 for %s, with its path', async (_, body, path, message) => {
    const { status, faults } = await post(body);
    expect(status).toBe(400);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ path, message: expect.stringContaining(message) });
  });

  it.each([
    ['ends in the wrong order', { ...DIGITS, ranges: { eta: { min: 1, max: 0 } } }, 'ranges.eta', 'less than max'],
    [
      'a logarithm of zero',
      { ...DIGITS, ranges: { eta: { min: 0, max: 1, scaling: 'Logarithmic' } } },
      'ranges.eta',
      'min > 0',
    ],
    [
      'a value both static and tuned',
      { ...DIGITS, hyperparameters: { eta: 1 } },
      'hyperparameters.eta',
      'either static or tuned',
    ],
    [
      'an unknown built-in algorithm',
      { ...DIGITS, algorithm: { builtin: 'xgbost' } },
      'algorithm.builtin',
      'no built-in',
    ],
    [
      'a metric nobody prints',
      { ...DIGITS, objective: { metric: 'validation:acuracy', type: 'Maximize' } },
      'objective.metric',
      'did you mean "validation:accuracy"?',
    ],
    ['a search without end', { ...DIGITS, limits: { maxParallelTrainingJobs: 1 } }, 'limits', 'Nothing would end'],
    ['no instance', { ...DIGITS, instance: undefined }, 'instance', 'what to run on'],
  ])('422 for %s, with its path', async (_, body, path, message) => {
    const { status, faults } = await post(body);
    expect({ status, faults }).toMatchObject({
      status: 422,
      faults: [{ path, message: expect.stringContaining(message) }],
    });
  });

  it('names every fault at once', async () => {
    const { faults } = await post({ ...DIGITS, seed: -1, earlyStopping: 'On', limits: {} });
    expect(faults.map((fault) => fault.path)).toEqual(['seed', 'limits.maxParallelTrainingJobs', 'earlyStopping']);
  });

  it('400 for JSON that does not parse', async () => {
    expect(await post('{"name": ')).toMatchObject({ status: 400 });
  });
});

describe('following a tuning job', () => {
  it('shows the best training job, and 404 before there is one', async () => {
    await client.createTuningJob(DIGITS);
    await expect(client.bestTrainingJob('digits')).rejects.toMatchObject({ status: 404, code: 'NotFound' });
    const best = await client.bestTrainingJob('digits');
    expect(best.tuning).toMatchObject({ tuningJobName: 'digits', configuration: { eta: 0.01, max_depth: 2 } });
  });

  it('carries an objective that is not a number', async () => {
    server.jobs.plan = () => Number.NaN;
    await client.createTuningJob(DIGITS);
    await client.tuningJob('digits');
    const { trainingJobs } = await client.listTrainingJobs({ tuningJobName: 'digits' });
    expect(trainingJobs[0]?.tuning?.objectiveValue).toBeNaN();
  });

  it('stops once, and says 409 when it has ended', async () => {
    await client.createTuningJob(DIGITS);
    expect((await client.stopTuningJob('digits')).status).toBe('Stopping');
    await client.tuningJob('digits');
    await expect(client.stopTuningJob('digits')).rejects.toMatchObject({ status: 409, code: 'JobEnded' });
  });

  it('pages through the list', async () => {
    for (const name of ['a1', 'a2', 'a3']) await client.createTuningJob({ ...DIGITS, name });
    const first = await client.listTuningJobs({ maxResults: 2 });
    expect(first.tuningJobs.map((job) => job.name)).toEqual(['a3', 'a2']);
    const second = await client.listTuningJobs({ maxResults: 2, nextToken: first.nextToken });
    expect(second.tuningJobs.map((job) => job.name)).toEqual(['a1']);
    expect(second.nextToken).toBeUndefined();
  });

  it('refuses query parameters it does not know', async () => {
    const response = await fetch(`${server.url}/api/v1/tuning-jobs?maxResult=2`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(await response.json()).toMatchObject({
      error: { faults: [{ path: 'maxResult', message: expect.stringContaining('"maxResults"') }] },
    });
  });
});

describe('who may ask', () => {
  it('401 without a good token', async () => {
    const stranger = createClient({ url: server.url, token: 'guessed' });
    await expect(stranger.listTuningJobs()).rejects.toMatchObject({ status: 401, code: 'Unauthorized' });
  });

  it('keeps tenants apart', async () => {
    await client.createTuningJob(DIGITS);
    const other = createClient({ url: server.url, token: OTHER_TOKEN });
    await expect(other.tuningJob('digits')).rejects.toThrow('There is no tuning job named "digits".');
    expect((await other.listTuningJobs()).tuningJobs).toEqual([]);
  });

  it('tells a server that is not there from one that refuses', async () => {
    await server.stop();
    await expect(client.listAgents()).rejects.toThrow(ServerUnreachableError);
    server = await startApiServer();
    const failure = await createClient({ url: server.url, token: TOKEN })
      .tuningJob('none')
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiError);
  });
});
