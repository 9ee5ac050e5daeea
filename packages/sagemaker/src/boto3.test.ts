import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import { trainingJobRequest } from './fixtures/requests.fixture.js';
import { CREDENTIALS, serveApi, TENANT } from './fixtures/served-api.fixture.js';

/** An interpreter that has boto3. */
const python = process.env.FLEETUNE_TEST_PYTHON;
const CLIENT = fileURLToPath(new URL('./fixtures/boto3-upkeep.py', import.meta.url));
const ARN = 'arn:aws:sagemaker:eu-west-1:123456789012:training-job/churn-1';

it.runIf(python !== undefined)('boto3 tags, searches, updates and deletes a job', async () => {
  const api = await serveApi();
  await api.client().send(new CreateTrainingJobCommand(trainingJobRequest({ Tags: [] })));
  api.jobs.changeTrainingJob(TENANT, 'churn-1', { status: 'Completed' });
  const { stdout } = await promisify(execFile)(python ?? '', [CLIENT, api.endpoint, 'churn-1', ARN], {
    env: {
      PATH: process.env.PATH,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  await api.close();
  expect(JSON.parse(stdout)).toEqual({
    tags: [{ Key: 'stage', Value: 'test' }],
    found: ['churn-1'],
    suggested: [{ PropertyName: 'Tags.stage' }],
    updated: ARN,
    keepAlive: ['ValidationException', 400],
    deleted: null,
    deletedAgain: ['ResourceNotFound', 400],
    deletedTuning: ['ResourceNotFound', 400],
    unknownArn: ['ValidationException', 400],
  });
  expect(api.failures).toEqual([]);
});
