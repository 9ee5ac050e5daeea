import { randomBytes } from 'node:crypto';
import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startChecksum } from './body/checksum.js';
import { type ChunkedPut, chunkedPut, openConnection, signedHead } from './fixtures/raw-request.fixture.js';
import { type ServedS3, serveS3 } from './fixtures/served-s3.fixture.js';
import { isS3Request } from './is-s3-request.js';

let s3: ServedS3;
beforeEach(async () => {
  s3 = await serveS3({ idleTimeoutSeconds: 0.3 }, neighbours);
  await mkdir(join(s3.root, 'data'));
});
afterEach(async () => {
  expect(s3.failures).toEqual([]);
  await s3.close();
});

/** What a Fleetune server has at the same port. */
function neighbours(app: FastifyInstance): void {
  app.get('/', () => 'console');
  app.get('/metrics', () => 'metrics');
  app.get('/api/v1/jobs', () => 'jobs');
  app.post('/', (request) => ({ parsed: request.body }));
}

async function send(bytes: Buffer | string): Promise<string> {
  const connection = await openConnection(s3.endpoint);
  connection.write(bytes);
  const answer = await connection.until(/HTTP\/1\.1 \d{3}[\s\S]*\r\n\r\n[\s\S]*/);
  connection.destroy();
  return answer;
}

async function incoming(): Promise<readonly string[]> {
  return readdir(join(s3.root, '.fleetune-s3/incoming')).catch(() => []);
}

async function crc32(content: Buffer): Promise<string> {
  const checksum = await startChecksum('crc32');
  checksum.update(content);
  return checksum.digest();
}

describe('an aws-chunked upload', () => {
  const content = [randomBytes(70_000), randomBytes(3)];
  const all = Buffer.concat(content);
  const put = (more: Partial<ChunkedPut> & { payload: string }) =>
    send(chunkedPut(s3.endpoint, { path: '/data/k', content, ...more }));

  it.each([
    ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', false],
    ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', true],
    ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', true],
  ])('with %s is stored without its framing', async (payload, hasTrailer) => {
    const trailers = hasTrailer ? { trailers: { 'x-amz-checksum-crc32': await crc32(all) } } : {};
    expect(await put({ payload, ...trailers })).toMatch(/^HTTP\/1\.1 200/);
    expect((await readFile(join(s3.root, 'data/k'))).equals(all)).toBe(true);
    expect(await incoming()).toEqual([]);
  });

  it('is refused when a chunk, its checksum or its length is not right', async () => {
    const signed = { payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' };
    const unsigned = { payload: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' };
    const flip = (body: Buffer) => body.fill((body[500] ?? 0) ^ 1, 500, 501);
    expect(await put({ ...signed, tamper: flip })).toMatch(/403[\s\S]*<Code>SignatureDoesNotMatch</);
    const wrong = { trailers: { 'x-amz-checksum-crc32': 'AAAAAA==' } };
    expect(await put({ ...unsigned, ...wrong })).toMatch(/400[\s\S]*<Code>BadDigest</);
    const head = signedHead(s3.endpoint, {
      method: 'PUT',
      path: '/data/k',
      payload: unsigned.payload,
      headers: { 'content-length': '15', 'x-amz-decoded-content-length': '4' },
    });
    expect(await send(`${head.head}3\r\nabc\r\n0\r\n\r\n\r\n`)).toMatch(
      /400[\s\S]*<Code>(IncompleteBody|InvalidRequest)</,
    );
    await expect(access(join(s3.root, 'data/k'))).rejects.toThrow();
    expect(await incoming()).toEqual([]);
  });
});

describe('an upload', () => {
  const head = (headers: Record<string, string>, payload?: string) =>
    signedHead(s3.endpoint, { method: 'PUT', path: '/data/k', headers, payload }).head;

  it('leaves nothing when the client goes away in the middle, or falls silent', async () => {
    for (const goesAway of [true, false]) {
      const connection = await openConnection(s3.endpoint);
      connection.write(head({ 'content-length': '1000' }));
      connection.write('only this');
      await vi.waitFor(async () => expect(await incoming()).toHaveLength(1));
      if (goesAway) connection.destroy();
      await vi.waitFor(async () => expect(await incoming()).toEqual([]), { timeout: 5000 });
      connection.destroy();
    }
    expect(await readdir(join(s3.root, 'data'))).toEqual([]);
  });

  it('waits for 100 Continue where the client asks for it', async () => {
    const connection = await openConnection(s3.endpoint);
    connection.write(head({ 'content-length': '3', expect: '100-continue' }));
    await connection.until(/HTTP\/1\.1 100 Continue/);
    connection.write('abc');
    await connection.until(/HTTP\/1\.1 200/);
    connection.destroy();
    expect(await readFile(join(s3.root, 'data/k'), 'utf8')).toBe('abc');
  });

  it('is refused without a length, and with another body than the signed one', async () => {
    expect(await send(`${head({ 'transfer-encoding': 'chunked' })}3\r\nabc\r\n0\r\n\r\n`)).toMatch(
      /411[\s\S]*<Code>MissingContentLength</,
    );
    expect(await send(`${head({ 'content-length': '3' }, '0'.repeat(64))}abc`)).toMatch(
      /400[\s\S]*<Code>XAmzContentSHA256Mismatch</,
    );
    expect(await incoming()).toEqual([]);
  });

  it('that is refused early is told so, and the connection goes on', async () => {
    const connection = await openConnection(s3.endpoint);
    const refused = signedHead(s3.endpoint, {
      method: 'PUT',
      path: '/nowhere/k',
      headers: { 'content-length': '4000000' },
    });
    connection.write(refused.head);
    connection.write(Buffer.alloc(2_000_000));
    await connection.until(/404[\s\S]*<Code>NoSuchBucket</);
    connection.write(Buffer.alloc(2_000_000));
    connection.write(`${head({ 'content-length': '2' })}ok`);
    await connection.until(/<\/Error>HTTP\/1\.1 200/);
    connection.destroy();
  });
});

describe('paths', () => {
  it.each([
    ['/data/../../secret', 'InvalidArgument'],
    ['/data/%2E%2E/%2E%2E/secret', 'InvalidArgument'],
    ['/data/a/..%2F..%2F..%2F..%2Fsecret', 'InvalidArgument'],
    ['/data/%2Fetc/passwd', 'InvalidArgument'],
    ['/data/a%00b', 'InvalidArgument'],
    ['/../secret', 'NoSuchBucket'],
    ['/%2E%2E/secret', 'NoSuchBucket'],
    ['/..%2Froot%2Fdata/k', 'NoSuchBucket'],
    ['/./data/k', 'NoSuchBucket'],
    ['/.fleetune-s3/objects/data/record', 'NoSuchBucket'],
  ])('%s leads nowhere, to read, to write or to delete', async (path, code) => {
    await mkdir(join(s3.root, '.fleetune-s3/objects/data'), { recursive: true });
    await writeFile(join(s3.root, '.fleetune-s3/objects/data/record'), 'not for you');
    await writeFile(join(s3.root, 'data/k'), 'not for you');
    for (const method of ['GET', 'PUT', 'DELETE']) {
      // Dots are signed unescaped.
      const headers = { 'content-length': '0' };
      const signed = signedHead(s3.endpoint, { method, path: path.replaceAll('%2E', '.'), headers });
      const answer = await send(signed.head.replace(/^\w+ \S+/, `${method} ${path}`));
      expect(answer).toMatch(/HTTP\/1\.1 40[04]/);
      expect(answer).toContain(`<Code>${code}<`);
    }
    for (const file of ['../secret', 'data/k', '.fleetune-s3/objects/data/record']) {
      expect(await readFile(join(s3.root, file), 'utf8')).toBe('not for you');
    }
  });

  it.each(['.fleetune-s3', 'secret.txt'])('of what is no bucket find no bucket: %s', async (name) => {
    await writeFile(join(s3.root, 'secret.txt'), 'secret');
    const { head } = signedHead(s3.endpoint, { method: 'GET', path: `/${name}/objects` });
    expect(await send(head)).toMatch(/404[\s\S]*<Code>NoSuchBucket</);
  });
});

describe('beside other services at one port', () => {
  it('S3 answers what is signed for it and hides nothing else', async () => {
    const get = async (path: string, init?: RequestInit) => {
      const answer = await fetch(s3.endpoint + path, init);
      return `${answer.status} ${await answer.text()}`;
    };
    expect(await get('/')).toBe('200 console');
    expect(await get('/metrics')).toBe('200 metrics');
    expect(await get('/api/v1/jobs')).toBe('200 jobs');
    expect(await get('/data/k')).toMatch(/^404 .*Route GET:\/data\/k not found/);
    const json = { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } };
    expect(await get('/', json)).toBe('200 {"parsed":{"a":1}}');
    expect(await send(signedHead(s3.endpoint, { method: 'GET', path: '/' }).head)).toContain('<Name>data</Name>');
    expect(await send(signedHead(s3.endpoint, { method: 'GET', path: '/metrics' }).head)).toMatch(
      /404[\s\S]*NoSuchBucket/,
    );
  });

  it('knows requests of S3 clients, signed or not', async () => {
    const unsigned = new S3Client({
      endpoint: s3.endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: CREDENTIALS_OF_NOBODY,
    });
    const { HeadBucketCommand, GetObjectCommand } = await import('@aws-sdk/client-s3');
    await expect(unsigned.send(new GetObjectCommand({ Bucket: 'data', Key: 'k' }))).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
    });
    await expect(unsigned.send(new HeadBucketCommand({ Bucket: 'data' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
    unsigned.destroy();
    const authorization = (service: string) => ({
      authorization: `AWS4-HMAC-SHA256 Credential=K/20261121/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
    });
    expect(isS3Request({ url: '/', headers: authorization('s3') })).toBe(true);
    expect(isS3Request({ url: '/', headers: authorization('sagemaker') })).toBe(false);
    expect(isS3Request({ url: '/b/k?X-Amz-Credential=K%2F20261121%2Fr%2Fs3%2Faws4_request', headers: {} })).toBe(true);
    expect(isS3Request({ url: '/b/k', headers: { 'amz-sdk-invocation-id': '1' } })).toBe(true);
    expect(isS3Request({ url: '/', headers: { 'amz-sdk-invocation-id': '1', 'x-amz-target': 'a.B' } })).toBe(false);
    expect(isS3Request({ url: '/b/k', headers: { authorization: 'Bearer token' } })).toBe(false);
  });

  it('says what it does not do', async () => {
    const line = async (method: string, path: string) => {
      const { head } = signedHead(s3.endpoint, { method, path, headers: { 'content-length': '0' } });
      return /HTTP\/1\.1 (\d+)[\s\S]*<Code>(\w+)</
        .exec(await send(head))
        ?.slice(1, 3)
        .join(' ');
    };
    expect(await line('DELETE', '/')).toBe('405 MethodNotAllowed');
    expect(await line('POST', '/data')).toBe('501 NotImplemented');
  });
});

const CREDENTIALS_OF_NOBODY = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' };
