import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import { trainingJobRequest } from '../fixtures/requests.fixture.js';
import { CREDENTIALS, serveApi, TENANT } from '../fixtures/served-api.fixture.js';

/** An interpreter that has boto3. */
const python = process.env.FLEETUNE_TEST_PYTHON;
const CLIENT = fileURLToPath(new URL('./fixtures/boto3-client.py', import.meta.url));

it.runIf(python !== undefined)('boto3 has its answers from every neighbour, in every protocol', async () => {
  const api = await serveApi();
  await api.client().send(new CreateTrainingJobCommand(trainingJobRequest({ TrainingJobName: 'churn' })));
  const minuteMs = Math.floor(Date.now() / 60_000) * 60_000;
  await api.jobs.print(TENANT, 'churn', 'loss=3\nlo');
  await api.jobs.print(TENANT, 'churn', 'ss=1\n');
  await api.jobs.report(TENANT, 'churn', [
    { name: 'loss', value: 3, timestampMs: minuteMs },
    { name: 'loss', value: 1, timestampMs: minuteMs + 500 },
  ]);
  const { stdout } = await promisify(execFile)(python ?? '', [CLIENT, api.endpoint, 'churn'], {
    env: {
      PATH: process.env.PATH,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  await api.close();
  const chart = (protocol: string) => [protocol, { loss: [[minuteMs / 1000, 2]] }, ['InvalidParameterValue', 400]];
  expect(JSON.parse(stdout)).toEqual({
    identity: `arn:aws:sts::123456789012:assumed-role/fleetune/${TENANT}`,
    role: 'arn:aws:iam::123456789012:role/fleetune',
    unknownAction: ['InvalidAction', 400],
    unknownImage: ['RepositoryNotFoundException', 400],
    log: ['loss=3', 'loss=1'],
    unknownStream: ['ResourceNotFoundException', 400],
    protocol: 'json',
    charts: {
      json: chart('json'),
      'smithy-rpc-v2-cbor': chart('smithy-rpc-v2-cbor'),
      query: chart('query'),
    },
  });
  expect(api.failures).toEqual([]);
});
