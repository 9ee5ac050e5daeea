import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  CreateTrainingJobCommand,
  DeleteTrainingJobCommand,
  DescribeTrainingJobCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
  SearchCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { createClient } from '@fleetune/api/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerOptions, serverConfig } from '../config.js';
import { type RunningServer, startServer } from '../server.js';

/** An interpreter that has boto3. */
const python = process.env.FLEETUNE_TEST_PYTHON;

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly token: string;
}

let folder: string;
let server: RunningServer;
let red: Key;
let blue: Key;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetune-tenants-'));
  server = await start('main');
  const administrator = createClient(server);
  red = await administrator.createAccessKey({ tenant: 'red' });
  blue = await administrator.createAccessKey({ tenant: 'blue' });
  await createClient({ url: server.url, token: red.token }).createTrainingJob({
    name: 'secret',
    algorithm: { builtin: 'no-op' },
    instance: { type: 'ml.m5.large' },
    tags: { team: 'red' },
  });
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function start(name: string, options: ServerOptions = {}): Promise<RunningServer> {
  const dataDirectory = join(folder, name);
  return startServer(
    serverConfig({ dataDirectory, httpPort: 0, grpcPort: 0, logLevel: 'silent', ...options }, { HOME: folder }),
  );
}

async function runPython(script: string, key: Key, url: string, ...more: string[]): Promise<unknown> {
  const path = fileURLToPath(new URL(`./fixtures/${script}`, import.meta.url));
  const env = {
    PATH: process.env.PATH,
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  const { stdout } = await promisify(execFile)(python ?? '', [path, url, ...more], { env });
  return JSON.parse(stdout);
}

async function asTenant<Answer>(key: Key, ask: (client: SageMakerClient) => Promise<Answer>): Promise<Answer> {
  const client = new SageMakerClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: key,
    maxAttempts: 1,
  });
  return ask(client).finally(() => client.destroy());
}

const ARN = 'arn:aws:sagemaker:us-east-1:000000000000:training-job/secret';

describe('a tenant', () => {
  it('sees its jobs by both APIs', async () => {
    const jobs = await asTenant(red, (client) => client.send(new ListTrainingJobsCommand({})));
    expect(jobs.TrainingJobSummaries?.map((job) => job.TrainingJobName)).toEqual(['secret']);
    expect(await createClient({ url: server.url, token: red.token }).trainingJob('secret')).toMatchObject({
      name: 'secret',
    });
  });

  it('keeps what it names no place for in a bucket of its own', async () => {
    const described = new DescribeTrainingJobCommand({ TrainingJobName: 'secret' });
    const job = await asTenant(red, (client) => client.send(described));
    expect(job.OutputDataConfig?.S3OutputPath).toBe('s3://red.fleetune/output');
    const archive = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    const uri = await createClient({ url: server.url, token: red.token }).upload(archive);
    expect(uri).toMatch(/^s3:\/\/red\.fleetune\/uploads\//);
  });

  it.each([
    ['describes', new DescribeTrainingJobCommand({ TrainingJobName: 'secret' })],
    ['stops', new StopTrainingJobCommand({ TrainingJobName: 'secret' })],
    ['deletes', new DeleteTrainingJobCommand({ TrainingJobName: 'secret' })],
    ['reads the tags of', new ListTagsCommand({ ResourceArn: ARN })],
  ])('never %s the job of another', async (_what, command) => {
    // One of several commands, whose types have no common call.
    const send = (client: SageMakerClient) => client.send(command as DescribeTrainingJobCommand);
    await expect(asTenant(blue, send)).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  });

  it('never lists, finds or reads the jobs of another', async () => {
    const listed = await asTenant(blue, (client) => client.send(new ListTrainingJobsCommand({})));
    expect(listed.TrainingJobSummaries).toEqual([]);
    const found = await asTenant(blue, (client) => client.send(new SearchCommand({ Resource: 'TrainingJob' })));
    expect(found.Results).toEqual([]);
    const api = createClient({ url: server.url, token: blue.token });
    expect((await api.listTrainingJobs()).trainingJobs).toEqual([]);
    const looks = [api.trainingJob, api.trainingJobLog, api.trainingJobMetrics, api.trainingJobConfiguration];
    for (const look of looks) await expect(look('secret')).rejects.toMatchObject({ status: 404 });
    await expect(api.stopTrainingJob('secret')).rejects.toMatchObject({ status: 404 });
  });

  it('may have a job of the same name', async () => {
    const api = createClient({ url: server.url, token: blue.token });
    const job = { name: 'secret', algorithm: { builtin: 'no-op' }, instance: { type: 'ml.m5.large' } };
    expect(await api.createTrainingJob(job)).toMatchObject({ name: 'secret', status: 'InProgress' });
  });

  it('never gets an agent to read or write the bucket of another, nor the files of a machine', async () => {
    for (const S3Uri of ['s3://red.fleetune/output', 'file:///etc/']) {
      const command = new CreateTrainingJobCommand({
        TrainingJobName: 'thief',
        RoleArn: 'arn:aws:iam::000000000000:role/any',
        AlgorithmSpecification: { TrainingImage: 'x', TrainingInputMode: 'File' },
        HyperParameters: { sagemaker_program: 'a.py', sagemaker_submit_directory: 's3://blue.fleetune/a.tar.gz' },
        InputDataConfig: [{ ChannelName: 'a', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri } } }],
        OutputDataConfig: { S3OutputPath: 's3://blue.fleetune/output' },
        ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 1 },
        StoppingCondition: { MaxRuntimeInSeconds: 60 },
      });
      await expect(asTenant(blue, (client) => client.send(command))).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringContaining('The tenant "blue" may not use'),
      });
    }
  });

  it('is shut out when its key is disabled', async () => {
    const administrator = createClient(server);
    const key = await administrator.createAccessKey({ tenant: 'green' });
    await administrator.enableAccessKey(key.accessKeyId, false);
    const listing = asTenant(key, (client) => client.send(new ListTrainingJobsCommand({})));
    await expect(listing).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    const api = createClient({ url: server.url, token: key.token });
    await expect(api.listTrainingJobs()).rejects.toMatchObject({ status: 401 });
  });
});

it.runIf(python !== undefined)('botocore is refused with the codes of AWS', async () => {
  expect(await runPython('refusals.py', red, server.url)).toEqual({
    good: null,
    'wrong secret': ['InvalidSignatureException', 403],
    'unknown key': ['UnrecognizedClientException', 403],
    'unknown key, query protocol': ['InvalidClientTokenId', 403],
    'wrong secret, query protocol': ['SignatureDoesNotMatch', 403],
    'clock an hour behind': ['InvalidSignatureException', 403],
    'no signature in the header': ['IncompleteSignatureException', 403],
    'another word for the algorithm': ['IncompleteSignatureException', 403],
    's3 wrong secret': ['SignatureDoesNotMatch', 403],
    's3 unknown key': ['InvalidAccessKeyId', 403],
    's3 clock an hour behind': ['RequestTimeTooSkewed', 403],
    's3 presigned': 200,
    's3 presigned, expired': [403, 'AccessDenied'],
  });
});

it.runIf(python !== undefined).each(['legacy', 'standard', 'adaptive'])(
  'botocore waits and asks again when it is throttled, in its %s mode',
  async (mode) => {
    const busy = await start(`busy-${mode}`, { throttle: { readsPerSecond: 10, changesPerSecond: 10 } });
    try {
      expect(await runPython('throttled.py', busy, busy.url, mode)).toEqual({
        answered: 30,
        retried: true,
        error: ['ThrottlingException', 'Rate exceeded'],
      });
      const metrics = await (await fetch(`${busy.url}/metrics`)).text();
      expect(metrics).toMatch(/fleetune_throttled_requests_total\{class="read"\} [1-9]/);
    } finally {
      await busy.stop();
    }
  },
);
