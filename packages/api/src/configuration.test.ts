import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiServer, startApiServer, TOKEN } from './api-server.fixture.js';
import { type Client, createClient } from './client.js';
import { type CreateTuningJobBody, createTuningJobSchema } from './contract/tuning-job.js';

const SEARCH: CreateTuningJobBody = {
  name: 'search',
  strategy: 'TPE',
  seed: 3,
  objective: { metric: 'loss', type: 'Minimize' },
  metrics: { loss: 'loss=(\\S+)' },
  limits: { maxTrainingJobs: 3, maxParallelTrainingJobs: 1 },
  completion: { targetObjectiveValue: 0.1 },
  algorithm: { script: 'train.py', source: 'file:///code.tar.gz' },
  hyperparameters: { epochs: 3 },
  ranges: { x: { min: 1, max: 4, type: 'integer' }, y: { min: 0, max: 1 }, z: { values: ['a', 'b'] } },
  channels: { train: 's3://bucket/train' },
  instances: [{ type: 'ml.m5.large' }, { type: 'gpu-small', count: 2 }],
  environment: { SECRET: 'hush', MODE: 'fast' },
  tags: { team: 'a' },
};

let server: ApiServer;
let client: Client;

beforeEach(async () => {
  server = await startApiServer();
  client = createClient({ url: server.url, token: TOKEN });
});
afterEach(() => server.stop());

/** Makes the job look as if another API had taken it in. */
async function fromElsewhere(body: CreateTuningJobBody): Promise<void> {
  const create = server.jobs.createTuningJob.bind(server.jobs);
  server.jobs.createTuningJob = (tenant, request) =>
    create(tenant, { ...request, origin: { api: 'sagemaker', request: {} } });
  await client.createTuningJob(body);
}

describe('the configuration of a job', () => {
  it('is the request as it was sent, without the values of the environment', async () => {
    await client.createTuningJob(SEARCH);
    const { environment, ...shown } = SEARCH;
    expect(await client.tuningJobConfiguration('search')).toEqual({
      configuration: shown,
      hiddenEnvironment: Object.keys(environment ?? {}),
    });
  });

  it('of a job from another API asks for the same in our words', async () => {
    await fromElsewhere(SEARCH);
    const { configuration, hiddenEnvironment } = await client.tuningJobConfiguration('search');
    expect(JSON.stringify(configuration)).not.toContain('hush');
    expect(hiddenEnvironment).toEqual(['SECRET', 'MODE']);
    const original = await server.jobs.describeTuningJob('team-a', 'search');
    const again = createTuningJobSchema.parse({ ...configuration, name: 'again', environment: SEARCH.environment });
    await client.createTuningJob(again);
    expect((await server.jobs.describeTuningJob('team-a', 'again')).spec).toEqual(original.spec);
  });

  it('of a job with several definitions is refused, as one file cannot say it', async () => {
    const create = server.jobs.createTuningJob.bind(server.jobs);
    server.jobs.createTuningJob = (tenant, request) => {
      const definitions = [...request.spec.definitions, ...request.spec.definitions];
      const spec = { ...request.spec, definitions };
      return create(tenant, { ...request, spec, origin: { api: 'sagemaker', request: {} } });
    };
    await client.createTuningJob(SEARCH);
    const refused = { status: 409, code: 'SeveralDefinitions' };
    await expect(client.tuningJobConfiguration('search')).rejects.toMatchObject(refused);
  });

  it('of a training job of a search says what that training was given', async () => {
    await client.createTuningJob(SEARCH);
    await client.tuningJob('search');
    const { configuration } = await client.trainingJobConfiguration('search-001');
    expect(configuration).toMatchObject({
      name: 'search-001',
      algorithm: { script: 'train.py', source: 'file:///code.tar.gz' },
      hyperparameters: { epochs: '3' },
      instances: [{ type: 'ml.m5.large' }, { type: 'gpu-small', count: 2 }],
    });
  });
});

describe('training jobs in few words', () => {
  it('come in pages, in the order of creation', async () => {
    await client.createTuningJob(SEARCH);
    for (let trial = 0; trial < 3; trial += 1) await client.tuningJob('search');
    const first = await client.listTrainingJobSummaries('search', { maxResults: 2 });
    const rest = await client.listTrainingJobSummaries('search', { maxResults: 2, nextToken: first.nextToken });
    expect([...first.trainingJobs, ...rest.trainingJobs].map((job) => job.index)).toEqual([0, 1, 2]);
    expect(rest.nextToken).toBeUndefined();
  });

  it('begin a long failure reason and do not end it', async () => {
    server.jobs.plan = () => 'fails';
    await client.createTuningJob(SEARCH);
    await client.tuningJob('search');
    const [job] = (await client.listTrainingJobSummaries('search')).trainingJobs;
    expect(job).toMatchObject({ status: 'Failed', failureReason: 'AlgorithmError: exit code 1' });
  });
});
