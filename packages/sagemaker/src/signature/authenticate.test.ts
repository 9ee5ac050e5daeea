import { ListTrainingJobsCommand } from '@aws-sdk/client-sagemaker';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CREDENTIALS, type ServedApi, serveApi } from '../fixtures/served-api.fixture.js';
import { presignedRequest, send, signedRequest } from '../fixtures/signed-request.fixture.js';

const MINUTE_MS = 60_000;

let api: ServedApi;
let clockOffsetMs = 0;
beforeEach(async () => {
  clockOffsetMs = 0;
  api = await serveApi({ clock: () => new Date(Date.now() + clockOffsetMs) });
});
afterEach(async () => {
  await api.close();
});

describe('a signature in the Authorization header', () => {
  it('is accepted with any region, and with a session token', async () => {
    const client = api.client({ region: 'ap-southeast-2', credentials: { ...CREDENTIALS, sessionToken: 'a token' } });
    expect((await client.send(new ListTrainingJobsCommand({}))).TrainingJobSummaries).toEqual([]);
  });

  it('covers headers that a signer may leave out', async () => {
    const request = await signedRequest(api.endpoint, { headers: { 'x-custom': '  two   words ' } });
    expect(request.headers.authorization).toContain('x-custom');
    expect((await send(request)).status).toBe(200);
  });

  it('is refused when made with another secret', async () => {
    const client = api.client({ credentials: { ...CREDENTIALS, secretAccessKey: 'wrong' } });
    await expect(client.send(new ListTrainingJobsCommand({}))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
      message: expect.stringContaining('does not match the signature you provided'),
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('is refused with an access key that nobody has', async () => {
    const client = api.client({ credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } });
    await expect(client.send(new ListTrainingJobsCommand({}))).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
      $metadata: { httpStatusCode: 403 },
    });
  });

  it.each([
    [14, 200, undefined],
    [16, 403, 'Signature expired'],
    [-14, 200, undefined],
    [-16, 403, 'Signature not yet current'],
  ])('made with a clock %i minutes behind is answered with %i', async (minutes, status, message) => {
    clockOffsetMs = minutes * MINUTE_MS;
    const answer = await send(await signedRequest(api.endpoint));
    expect(answer.status).toBe(status);
    if (message !== undefined) {
      expect(answer.body).toMatchObject({
        __type: 'InvalidSignatureException',
        message: expect.stringContaining(message),
      });
    }
  });

  it('lets a client with a wrong clock set it by the refusal and try again', async () => {
    clockOffsetMs = 60 * MINUTE_MS;
    const client = api.client({ maxAttempts: 2 });
    expect((await client.send(new ListTrainingJobsCommand({}))).TrainingJobSummaries).toEqual([]);
  });

  it('is refused when the body, a signed header or the path was changed after signing', async () => {
    const request = await signedRequest(api.endpoint, { body: '{"MaxResults":1}' });
    const changes = [
      { ...request, body: '{"MaxResults":2}' },
      { ...request, headers: { ...request.headers, 'x-amz-target': 'SageMaker.ListHyperParameterTuningJobs' } },
      { ...request, url: `${api.endpoint}/?more=1` },
    ];
    for (const changed of changes) {
      expect(await send(changed)).toMatchObject({ status: 403, body: { __type: 'InvalidSignatureException' } });
    }
    expect((await send(request)).status).toBe(200);
  });

  it('is refused when it leaves an x-amz header uncovered', async () => {
    const request = await signedRequest(api.endpoint);
    const answer = await send({ ...request, headers: { ...request.headers, 'x-amz-late': 'addition' } });
    expect(answer).toMatchObject({ status: 403, body: { __type: 'IncompleteSignatureException' } });
    expect(answer.body?.message).toContain('"x-amz-late"');
  });

  it('is refused when it claims another hash of the body, or none', async () => {
    for (const hash of ['UNSIGNED-PAYLOAD', '0'.repeat(64)]) {
      const request = await signedRequest(api.endpoint, { headers: { 'x-amz-content-sha256': hash } });
      expect(await send(request)).toMatchObject({ status: 403, body: { __type: 'InvalidSignatureException' } });
    }
  });

  it('is refused when made for another service', async () => {
    const request = await signedRequest(api.endpoint, { service: 'sts' });
    const answer = await send(request);
    expect(answer).toMatchObject({ status: 403, body: { __type: 'InvalidSignatureException' } });
    expect(answer.body?.message).toContain('"sts"');
  });

  it.each([
    ['another algorithm', (header: string) => header.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256')],
    ['no credential', (header: string) => header.replace(/Credential=[^,]+, /, '')],
    ['a short scope', (header: string) => header.replace('/sagemaker/aws4_request', '/aws4_request')],
    ['no signed headers', (header: string) => header.replace(/SignedHeaders=[^,]+, /, '')],
    ['no host among the signed headers', (header: string) => header.replace('host;', '')],
    ['a signature that is none', (header: string) => header.replace(/Signature=.{10}/, 'Signature=')],
    ['a signed header that was not sent', (header: string) => header.replace('host;', 'host;if-match;')],
  ])('is refused as incomplete with %s', async (_what, change) => {
    const request = await signedRequest(api.endpoint);
    const authorization = change(request.headers.authorization ?? '');
    const answer = await send({ ...request, headers: { ...request.headers, authorization } });
    expect(answer).toMatchObject({ status: 403, body: { __type: 'IncompleteSignatureException' } });
  });

  it('is refused as incomplete without a date, or with one that is none', async () => {
    const request = await signedRequest(api.endpoint);
    const { 'x-amz-date': _date, ...undated } = request.headers;
    for (const headers of [undated, { ...request.headers, 'x-amz-date': '20261399T000000Z' }]) {
      expect(await send({ ...request, headers })).toMatchObject({
        status: 403,
        body: { __type: 'IncompleteSignatureException' },
      });
    }
  });

  it('is refused when its scope is of another day than its date', async () => {
    const request = await signedRequest(api.endpoint);
    const authorization = (request.headers.authorization ?? '').replace(/\/\d{8}\//, '/20200101/');
    expect(await send({ ...request, headers: { ...request.headers, authorization } })).toMatchObject({
      status: 403,
      body: { __type: 'InvalidSignatureException' },
    });
  });
});

describe('a presigned URL', () => {
  it('is accepted until it expires', async () => {
    const request = await presignedRequest(api.endpoint, { body: '{"MaxResults":3}', expiresSeconds: 3600 });
    expect(request.headers).not.toHaveProperty('authorization');
    expect((await send(request)).status).toBe(200);
    clockOffsetMs = 59 * MINUTE_MS;
    expect((await send(request)).status).toBe(200);
    clockOffsetMs = 61 * MINUTE_MS;
    expect(await send(request)).toMatchObject({
      status: 403,
      body: { __type: 'InvalidSignatureException', message: expect.stringContaining('Signature expired') },
    });
  });

  it('is refused when its body, its query or its signature was changed', async () => {
    const request = await presignedRequest(api.endpoint, { body: '{"MaxResults":3}', expiresSeconds: 60 });
    const changes = [
      { ...request, body: '{"MaxResults":4}' },
      { ...request, url: request.url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600') },
      { ...request, url: request.url.replace(/X-Amz-Signature=[0-9a-f]{8}/, 'X-Amz-Signature=00000000') },
    ];
    for (const changed of changes) {
      expect(await send(changed)).toMatchObject({ status: 403, body: { __type: 'InvalidSignatureException' } });
    }
  });

  it('is refused when it would be good for more than a week', async () => {
    const request = await presignedRequest(api.endpoint, { expiresSeconds: 604_800 });
    expect((await send(request)).status).toBe(200);
    const url = request.url.replace('X-Amz-Expires=604800', 'X-Amz-Expires=604801');
    expect(await send({ ...request, url })).toMatchObject({ body: { __type: 'IncompleteSignatureException' } });
  });
});

it('refuses a request without a signature', async () => {
  const { headers, ...request } = await signedRequest(api.endpoint);
  const { authorization: _authorization, ...unsigned } = headers;
  const answer = await send({ ...request, headers: unsigned });
  expect(answer).toMatchObject({ status: 403, body: { __type: 'MissingAuthenticationTokenException' } });
  expect(answer.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
});
