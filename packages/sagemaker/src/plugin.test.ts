import { CreateTrainingJobCommand, ListTrainingJobsCommand } from '@aws-sdk/client-sagemaker';
import Fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trainingJobRequest } from './fixtures/requests.fixture.js';
import { CREDENTIALS, type ServedApi, serveApi } from './fixtures/served-api.fixture.js';
import { send, signedRequest } from './fixtures/signed-request.fixture.js';
import { createSageMakerHandler, isSageMakerTarget } from './handler.js';
import { BODY_LIMIT_BYTES, registerSageMaker } from './plugin.js';

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi();
});
afterEach(async () => {
  await api.close();
});

describe('the AWS JSON 1.1 wire', () => {
  it('answers with a request id, the content type and its own date', async () => {
    const answer = await send(await signedRequest(api.endpoint));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(Date.parse(answer.headers.get('date') ?? '')).not.toBeNaN();
  });

  it('writes timestamps as seconds', async () => {
    const before = Date.now() / 1000 - 1;
    await api.client().send(new CreateTrainingJobCommand(trainingJobRequest()));
    const answer = await send(await signedRequest(api.endpoint));
    expect(answer.body).toMatchObject({ TrainingJobSummaries: [{ CreationTime: expect.any(Number) }] });
    const [, seconds] = /"CreationTime":([\d.]+)/.exec(JSON.stringify(answer.body)) ?? [];
    expect(Number(seconds)).toBeGreaterThan(before);
    expect(Number(seconds)).toBeLessThan(before + 60);
  });

  it('has no body to give after a stop', async () => {
    await api.client().send(new CreateTrainingJobCommand(trainingJobRequest()));
    const stop = { target: 'SageMaker.StopTrainingJob', body: '{"TrainingJobName":"churn-1"}' };
    expect(await send(await signedRequest(api.endpoint, stop))).toMatchObject({ status: 200, body: undefined });
  });

  it.each([
    'SageMaker.MakeCoffee',
    'DynamoDB_20120810.ListTables',
    'ListTrainingJobs',
    'SageMaker.',
    'SageMaker.constructor',
  ])('does not know the operation %s', async (target) => {
    const answer = await send(await signedRequest(api.endpoint, { target }));
    expect(answer).toMatchObject({ status: 400, body: { __type: 'UnknownOperationException' } });
    expect(answer.body?.message).toContain(target);
  });

  it('says when no operation is named', async () => {
    const response = await fetch(api.endpoint, { method: 'POST', body: '{}' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'UnknownOperationException' });
  });

  it.each([
    ['nothing', ''],
    ['half an object', '{"MaxResults":'],
    ['a list', '[]'],
    ['null', 'null'],
    ['text', '"MaxResults"'],
  ])('refuses %s as a body', async (_what, body) => {
    const answer = await send(await signedRequest(api.endpoint, { body }));
    expect(answer).toMatchObject({ status: 400, body: { __type: 'SerializationException' } });
  });

  it('refuses a body larger than its limit', async () => {
    const body = JSON.stringify({ NameContains: 'x'.repeat(BODY_LIMIT_BYTES) });
    const answer = await send(await signedRequest(api.endpoint, { body }));
    expect(answer).toMatchObject({ status: 413, body: { __type: 'RequestEntityTooLargeException' } });
    expect(answer.headers.get('x-amzn-requestid')).toBeTruthy();
  });

  it('keeps to itself what went wrong inside', async () => {
    const secret = new Error('connection to postgres://admin:hunter2@db failed');
    api.jobs.listTrainingJobs = () => Promise.reject(secret);
    const answer = await send(await signedRequest(api.endpoint));
    expect(answer).toMatchObject({ status: 500, body: { __type: 'InternalFailure' } });
    expect(JSON.stringify(answer.body)).not.toContain('hunter2');
    expect(answer.body?.message).toContain(answer.headers.get('x-amzn-requestid'));
    expect(api.failures).toEqual([secret]);
  });
});

describe('a server with other services', () => {
  it('keeps its own way of reading bodies', async () => {
    const app = Fastify();
    await registerSageMaker(app, { jobs: api.jobs, accessKeys: () => undefined, clock: () => new Date(), region: 'x' });
    app.post('/echo', async (request) => request.body);
    const answer = await app.inject({ method: 'POST', url: '/echo', payload: { a: 1 } });
    expect(answer.json()).toEqual({ a: 1 });
    await app.close();
  });

  it('can put the handler behind its own POST / and choose by target', async () => {
    expect(isSageMakerTarget('SageMaker.ListTrainingJobs')).toBe(true);
    expect(isSageMakerTarget('Logs_20140328.GetLogEvents')).toBe(false);
    const handle = createSageMakerHandler({
      jobs: api.jobs,
      accessKeys: () => ({ secretAccessKey: CREDENTIALS.secretAccessKey, tenant: 't' }),
      clock: () => new Date(),
      region: 'eu-west-1',
    });
    const { headers, body } = await signedRequest('http://fleetune.test');
    const request = {
      method: 'POST',
      url: '/',
      headers: { ...headers, host: 'fleetune.test' },
      body: Buffer.from(body),
    };
    expect(await handle(request)).toMatchObject({ status: 200, body: '{"TrainingJobSummaries":[]}' });
  });
});

it('serves many clients at once', async () => {
  const client = api.client();
  const answers = await Promise.all(Array.from({ length: 50 }, () => client.send(new ListTrainingJobsCommand({}))));
  expect(answers.every((answer) => answer.TrainingJobSummaries?.length === 0)).toBe(true);
});
