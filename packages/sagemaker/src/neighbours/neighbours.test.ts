import {
  DescribeImagesCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  GetAuthorizationTokenCommand,
} from '@aws-sdk/client-ecr';
import { GetRoleCommand, IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CREDENTIALS, type ServedApi, serveApi, TENANT } from '../fixtures/served-api.fixture.js';
import { signedRequest } from '../fixtures/signed-request.fixture.js';

const FORM = 'application/x-www-form-urlencoded';

let api: ServedApi;
beforeEach(async () => {
  api = await serveApi({
    resolveAlgorithmImage: (image) =>
      /\/sagemaker-xgboost(?::1\.7-1)?$/.test(image) ? { name: 'xgboost', version: '1.7-1' } : undefined,
  });
});
afterEach(async () => {
  expect(api.failures).toEqual([]);
  await api.close();
});

async function post(raw: Parameters<typeof signedRequest>[1]) {
  const { url, ...init } = await signedRequest(api.endpoint, raw);
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

describe('STS', () => {
  it('says who the caller is, as a role that jobs can be given', async () => {
    const identity = await api.neighbour(STSClient).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({
      Account: '123456789012',
      Arn: `arn:aws:sts::123456789012:assumed-role/fleetune/${TENANT}`,
      UserId: `fleetune:${TENANT}`,
    });
  });

  it('answers AWS JSON as well', async () => {
    const { status, text } = await post({
      service: 'sts',
      target: 'AWSSecurityTokenServiceV20110615.GetCallerIdentity',
    });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ Account: '123456789012' });
  });

  it('refuses other secrets, unknown keys and signatures for other services', async () => {
    const send = (config: object) => api.neighbour(STSClient, config).send(new GetCallerIdentityCommand({}));
    await expect(send({ credentials: { ...CREDENTIALS, secretAccessKey: 'wrong' } })).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      $metadata: { httpStatusCode: 403 },
    });
    await expect(send({ credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } })).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    const answer = await post({ service: 'iam', target: 'AWSSecurityTokenServiceV20110615.GetCallerIdentity' });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('scoped to the service \\"iam\\"');
  });

  it('says that it does not do the rest', async () => {
    const command = new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::123456789012:role/x', RoleSessionName: 'me' });
    await expect(api.neighbour(STSClient).send(command)).rejects.toMatchObject({
      name: 'InvalidAction',
      message: 'Fleetune does not answer the operation "STS AssumeRole".',
      $metadata: { httpStatusCode: 400 },
    });
  });
});

describe('IAM', () => {
  it('knows a role of every name', async () => {
    const { Role } = await api.neighbour(IAMClient).send(new GetRoleCommand({ RoleName: 'team@ml' }));
    expect(Role).toMatchObject({ RoleName: 'team@ml', Arn: 'arn:aws:iam::123456789012:role/team@ml', Path: '/' });
    expect(Role?.RoleId).toMatch(/^AROA\w{17}$/);
    expect(Role?.CreateDate).toBeInstanceOf(Date);
    expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toContain('sagemaker.amazonaws.com');
  });

  it('refuses what is no name of a role, and other operations', async () => {
    const client = api.neighbour(IAMClient);
    await expect(client.send(new GetRoleCommand({ RoleName: 'a<b>&"c"' }))).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('RoleName'),
    });
    await expect(client.send(new ListRolesCommand({}))).rejects.toMatchObject({ name: 'InvalidAction' });
  });
});

describe('ECR', () => {
  const repositoryName = 'sagemaker-xgboost';

  it('finds the images of built-in algorithms', async () => {
    const client = api.neighbour(ECRClient);
    const imageIds = [{ imageTag: '1.7-1' }];
    expect((await client.send(new DescribeImagesCommand({ repositoryName, imageIds }))).imageDetails).toEqual([
      { registryId: '123456789012', repositoryName, imageTags: ['1.7-1'] },
    ]);
  });

  it('does not find other images and repositories', async () => {
    const client = api.neighbour(ECRClient);
    const imageIds = [{ imageTag: '1' }];
    await expect(client.send(new DescribeImagesCommand({ repositoryName: 'mine', imageIds }))).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
    });
    await expect(client.send(new DescribeRepositoriesCommand({ repositoryNames: ['mine'] }))).rejects.toMatchObject({
      name: 'RepositoryNotFoundException',
    });
  });

  it('has no token for a registry, and says how images are pulled', async () => {
    await expect(api.neighbour(ECRClient).send(new GetAuthorizationTokenCommand({}))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('Agents pull images'),
    });
  });
});

describe('a request that cannot be read', () => {
  const cborPath = '/service/GraniteServiceVersion20100801/operation/ListMetrics';

  async function sent(path: string, contentType: string, body: string) {
    const { host } = new URL(api.endpoint);
    const service = path === '/' ? 'iam' : 'monitoring';
    const signer = new SignatureV4({ credentials: CREDENTIALS, region: 'us-east-1', service, sha256: Sha256 });
    const headers = { host, 'content-type': contentType };
    const signed = await signer.sign({ method: 'POST', protocol: 'http:', hostname: host, path, headers, body });
    const { host: _host, ...sentHeaders } = signed.headers;
    return fetch(`${api.endpoint}${path}`, { method: 'POST', headers: sentHeaders, body });
  }

  it.each([
    ['half a list', '\x9f'],
    ['a list that claims to be huge', '\x9b\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f'],
    ['a break out of nowhere', '\x7f'],
  ])('is refused in CBOR: %s', async (_what, body) => {
    const response = await sent(cborPath, 'application/cbor', body);
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('SerializationException');
  });

  it.each([
    ['a member twice', 'Action=GetRole&RoleName=a&RoleName=b'],
    ['a member within a value', 'Action=GetRole&RoleName=a&RoleName.x=b'],
    ['a list without numbers', 'Action=GetRole&RoleName.member.x=b'],
  ])('is refused in the query protocol: %s', async (_what, body) => {
    const response = await sent('/', FORM, body);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('<Code>SerializationException</Code>');
  });

  it('keeps to itself what went wrong inside', async () => {
    const secret = new Error('connection to postgres://admin:hunter2@db failed');
    api.jobs.listTrainingJobs = () => Promise.reject(secret);
    const answer = await post({ service: 'monitoring', target: 'GraniteServiceVersion20100801.ListMetrics' });
    expect(answer.status).toBe(500);
    expect(answer.text).toContain(answer.headers.get('x-amzn-requestid'));
    expect(answer.text).not.toContain('hunter2');
    expect(api.failures.splice(0)).toEqual([secret]);
  });
});

describe('a service that nobody knows', () => {
  it('is refused in XML when asked by a form', async () => {
    const body = 'Action=Publish&Version=2010-03-31';
    const headers = { 'content-type': FORM };
    const { url, ...init } = await signedRequest(api.endpoint, { service: 'sns', body, headers });
    const { 'x-amz-target': _target, ...formHeaders } = init.headers;
    const response = await fetch(url, { ...init, headers: formHeaders });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('text/xml');
    const text = await response.text();
    expect(text).toContain('<Code>InvalidAction</Code>');
    expect(text).toContain('sns Publish');
  });

  it('is refused in JSON when asked by a target', async () => {
    const { status, text } = await post({ service: 'dynamodb', target: 'DynamoDB_20120810.ListTables' });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ __type: 'UnknownOperationException' });
  });

  it('is refused in CBOR when asked by a path', async () => {
    const response = await fetch(`${api.endpoint}/service/Unknown/operation/Do`, {
      method: 'POST',
      headers: { 'content-type': 'application/cbor' },
    });
    expect(response.status).toBe(400);
    expect(response.headers.get('smithy-protocol')).toBe('rpc-v2-cbor');
  });
});

describe('a service known by less than its signature', () => {
  it('is told by its host when the request is not signed', async () => {
    const { app } = api;
    const answer = await app.inject({
      method: 'POST',
      url: '/',
      headers: { host: 'sts.us-east-1.amazonaws.com', 'content-type': FORM },
      payload: 'Action=GetCallerIdentity&Version=2011-06-15',
    });
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toContain('<Code>MissingAuthenticationToken</Code>');
  });
});

describe('a service that speaks REST', () => {
  async function signed(service: string, method: string, path: string) {
    const { hostname, port } = new URL(api.endpoint);
    const signer = new SignatureV4({ credentials: CREDENTIALS, region: 'us-east-1', service, sha256: Sha256 });
    const unsigned = { method, protocol: 'http:', hostname, path, headers: { host: `${hostname}:${port}` } };
    const { headers } = await signer.sign(unsigned);
    return fetch(`${api.endpoint}${path}`, { method, headers });
  }

  it('is refused in JSON', async () => {
    const response = await signed('sagemaker', 'PUT', '/BatchPutMetrics');
    expect(response.status).toBe(404);
    expect(response.headers.get('x-amzn-errortype')).toBe('UnknownOperationException');
    expect(await response.json()).toMatchObject({ message: expect.stringContaining('PUT /BatchPutMetrics') });
  });

  it('is sent to its own service when it is S3', async () => {
    const response = await signed('s3', 'GET', '/bucket/key');
    expect(response.status).toBe(501);
    expect(await response.text()).toMatch(/^<Error><Code>NotImplemented<\/Code>.*AWS_ENDPOINT_URL_S3/);
  });

  it('leaves paths alone that are not signed for AWS', async () => {
    const response = await fetch(`${api.endpoint}/bucket/key`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: 'Not Found' });
  });
});
