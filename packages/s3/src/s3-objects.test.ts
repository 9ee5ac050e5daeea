import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import {
  ChecksumAlgorithm,
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { openObjectStores } from '@fleetune/artifacts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADMINISTRATOR_CREDENTIALS, OTHER_CREDENTIALS, type ServedS3, serveS3 } from './fixtures/served-s3.fixture.js';

const Bucket = 'models';
let s3: ServedS3;
let client: S3Client;

beforeEach(async () => {
  s3 = await serveS3({ ownTenant: 'team-a' });
  client = s3.client();
  await client.send(new CreateBucketCommand({ Bucket }));
});
afterEach(async () => {
  expect(s3.failures).toEqual([]);
  await s3.close();
});

async function textOf(Key: string): Promise<string | undefined> {
  return (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
}

function put(Key: string, Body: string | Buffer = 'content', more: object = {}) {
  return client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
}

/** Every file under the root but records of objects. */
async function files(): Promise<readonly string[]> {
  const entries = await readdir(s3.root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(s3.root.length + 1))
    .filter((path) => !path.startsWith('.fleetune-s3/objects/'))
    .sort();
}

describe('buckets', () => {
  it('are made, found, listed and deleted', async () => {
    await client.send(new CreateBucketCommand({ Bucket: 'data' }));
    await client.send(new HeadBucketCommand({ Bucket: 'data' }));
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['data', 'models']);
    expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeFalsy();
    await client.send(new DeleteBucketCommand({ Bucket: 'data' }));
    await expect(client.send(new HeadBucketCommand({ Bucket: 'data' }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    });
  });

  it.each(['api', 'metrics', 'Upper', 'a', 'a..b'])('cannot be called "%s"', async (name) => {
    await expect(client.send(new CreateBucketCommand({ Bucket: name }))).rejects.toMatchObject({
      name: 'InvalidBucketName',
    });
  });

  it('are not made twice, and not deleted while they hold something', async () => {
    await expect(client.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    });
    await put('a/b');
    await expect(client.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a/b' }));
    await client.send(new DeleteBucketCommand({ Bucket }));
    expect(await readdir(s3.root)).toEqual(['.fleetune-s3']);
  });

  it('belong to the tenant that made them: nobody else lists, reads, writes, copies or deletes them', async () => {
    await put('k');
    const other = s3.client({ credentials: OTHER_CREDENTIALS });
    await other.send(new CreateBucketCommand({ Bucket: 'theirs' }));
    expect((await other.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual(['theirs']);
    expect((await client.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
    const attempts = [
      () => other.send(new ListObjectsV2Command({ Bucket })),
      () => other.send(new GetObjectCommand({ Bucket, Key: 'k' })),
      () => other.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'mine now' })),
      () => other.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k' }] } })),
      () => other.send(new DeleteBucketCommand({ Bucket })),
      () => other.send(new CopyObjectCommand({ Bucket: 'theirs', Key: 'k', CopySource: `${Bucket}/k` })),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(other.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketAlreadyExists',
    });
    expect(await textOf('k')).toBe('content');
  });

  it('of a name that is kept for a tenant are made by nobody else', async () => {
    const kept = await serveS3({ keptFor: (bucket) => (bucket === 'team-b.store' ? 'team-b' : undefined) });
    const command = new CreateBucketCommand({ Bucket: 'team-b.store' });
    await expect(kept.client().send(command)).rejects.toMatchObject({ name: 'BucketAlreadyExists' });
    await kept.client({ credentials: OTHER_CREDENTIALS }).send(command);
    await kept.close();
  });

  it('are all there for the key of the server itself, with which agents read and write', async () => {
    await s3.client({ credentials: OTHER_CREDENTIALS }).send(new CreateBucketCommand({ Bucket: 'theirs' }));
    const agent = s3.client({ credentials: ADMINISTRATOR_CREDENTIALS });
    await agent.send(new PutObjectCommand({ Bucket: 'theirs', Key: 'model', Body: 'trained' }));
    const found = (await agent.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name);
    expect(found).toEqual([Bucket, 'theirs']);
  });

  it('that nobody made through S3 belong to the server’s own tenant', async () => {
    await mkdir(join(s3.root, 'from-an-agent'));
    await client.send(new ListObjectsV2Command({ Bucket: 'from-an-agent' }));
    const other = s3.client({ credentials: OTHER_CREDENTIALS });
    const listing = other.send(new ListObjectsV2Command({ Bucket: 'from-an-agent' }));
    await expect(listing).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('an object', () => {
  it('is the file that agents read, with its type and metadata kept elsewhere', async () => {
    const { ETag } = await put('team/model 1+ä%20.txt', 'hello', {
      ContentType: 'text/plain',
      Metadata: { author: 'nobody' },
      CacheControl: 'no-store',
    });
    const md5 = createHash('md5').update('hello').digest('hex');
    expect(ETag).toBe(`"${md5}"`);
    expect(await readFile(join(s3.root, Bucket, 'team/model 1+ä%20.txt'), 'utf8')).toBe('hello');
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'team/model 1+ä%20.txt' }));
    expect(head).toMatchObject({
      ETag,
      ContentLength: 5,
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      Metadata: { author: 'nobody' },
    });
    const agents = openObjectStores({ s3: { kind: 'directory', root: s3.root } });
    const names: string[] = [];
    for await (const entry of agents.list(`s3://${Bucket}/`)) names.push(entry.name);
    expect(names).toEqual(['team/model 1+ä%20.txt']);
  });

  it('that an agent wrote is served, and takes no other object’s metadata', async () => {
    await put('out/model.tar.gz', 'old', { ContentType: 'text/plain', Metadata: { of: 'old' } });
    const agents = openObjectStores({ s3: { kind: 'directory', root: s3.root } });
    await agents.put(`s3://${Bucket}/out/model.tar.gz`, Readable.from(['newer']));
    const first = await client.send(new GetObjectCommand({ Bucket, Key: 'out/model.tar.gz' }));
    expect(await first.Body?.transformToString()).toBe('newer');
    expect(first).toMatchObject({ Metadata: {}, ContentType: 'binary/octet-stream', ContentLength: 5 });
    expect(first.ETag).toMatch(/^"[0-9a-f]{32}-1"$/);
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents).toMatchObject([{ Key: 'out/model.tar.gz', ETag: first.ETag, Size: 5 }]);
    await agents.put(`s3://${Bucket}/out/model.tar.gz`, Readable.from(['newest']));
    const second = await client.send(new HeadObjectCommand({ Bucket, Key: 'out/model.tar.gz' }));
    expect(second.ETag).not.toBe(first.ETag);
  });

  it('may be empty, or a stream, or have a long key', async () => {
    await put('empty', '');
    expect(await textOf('empty')).toBe('');
    const bytes = randomBytes(300_000);
    await client.send(
      new PutObjectCommand({ Bucket, Key: 's', Body: Readable.from([bytes]), ContentLength: bytes.length }),
    );
    expect(await readFile(join(s3.root, Bucket, 's'))).toEqual(bytes);
    const key = Array.from({ length: 4 }, () => 'k'.repeat(250)).join('/');
    await put(key, 'long');
    expect(await textOf(key)).toBe('long');
  });

  it('is verified and given back with each checksum', async () => {
    for (const algorithm of Object.values(ChecksumAlgorithm)) {
      if (!['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'].includes(algorithm)) continue;
      const bytes = randomBytes(100_000);
      const made = await put(`c-${algorithm}`, bytes, { ChecksumAlgorithm: algorithm });
      const got = await client.send(new GetObjectCommand({ Bucket, Key: `c-${algorithm}`, ChecksumMode: 'ENABLED' }));
      const name = `Checksum${algorithm}` as 'ChecksumCRC32';
      expect(got[name]).toBe(made[name]);
      expect(got[name]).toMatch(/=$/);
      expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(bytes);
    }
  });

  it('is refused, with nothing left, when it is not what was announced', async () => {
    await expect(put('a', 'x', { ContentMD5: 'XrY7u+Ae7tCTyyK7j1rNww==' })).rejects.toMatchObject({
      name: 'BadDigest',
    });
    await expect(put('a', 'x', { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({ name: 'BadDigest' });
    await expect(put('a', 'x', { ContentMD5: 'short' })).rejects.toMatchObject({ name: 'InvalidDigest' });
    expect(await files()).toEqual([]);
  });

  it('is put only if nothing is there, or what the client knows of', async () => {
    const racers = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) => put('once', `${n}`, { IfNoneMatch: '*' })),
    );
    expect(racers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await writeFile(join(s3.root, Bucket, 'foreign'), 'x');
    await expect(put('foreign', 'y', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    const { ETag } = await put('a', 'one');
    await put('a', 'two', { IfMatch: ETag });
    await expect(put('a', 'three', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await textOf('a')).toBe('two');
  });

  it('is whole after any number of puts at once', async () => {
    const bodies = Array.from({ length: 20 }, (_, n) => Buffer.alloc(200_000, n));
    await Promise.all(bodies.map((body, n) => put('same', body, { Metadata: { n: `${n}` } })));
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'same' }));
    const bytes = Buffer.from((await got.Body?.transformToByteArray()) ?? []);
    expect(bytes).toEqual(bodies[Number(got.Metadata?.n)]);
    expect(got.ETag).toBe(`"${createHash('md5').update(bytes).digest('hex')}"`);
    expect(await files()).toEqual([`${Bucket}/same`]);
  });

  it.each([
    ['bytes=0-2', 'con', 'bytes 0-2/7'],
    ['bytes=3-', 'tent', 'bytes 3-6/7'],
    ['bytes=-2', 'nt', 'bytes 5-6/7'],
    ['bytes=5-99', 'nt', 'bytes 5-6/7'],
    ['bytes=-99', 'content', 'bytes 0-6/7'],
  ])('gives the range %s', async (Range, text, ContentRange) => {
    await put('a');
    const answer = await client.send(new GetObjectCommand({ Bucket, Key: 'a', Range }));
    expect(answer).toMatchObject({ ContentRange, $metadata: { httpStatusCode: 206 } });
    expect(await answer.Body?.transformToString()).toBe(text);
  });

  it('has no bytes behind its end, and ignores ranges it does not know', async () => {
    await put('a');
    const get = (Range: string) => client.send(new GetObjectCommand({ Bucket, Key: 'a', Range }));
    await expect(get('bytes=7-')).rejects.toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } });
    expect((await get('bytes=0-1,3-4')).$metadata.httpStatusCode).toBe(200);
  });

  it('is given under other headers where the request says so, if they can be headers', async () => {
    await put('a', 'content', { ContentType: 'text/plain' });
    const get = (ResponseContentDisposition: string) =>
      client.send(new GetObjectCommand({ Bucket, Key: 'a', ResponseContentDisposition }));
    expect((await get('attachment; filename="b"')).ContentDisposition).toBe('attachment; filename="b"');
    await expect(get('a\r\nb: c')).rejects.toMatchObject({ name: 'InvalidArgument' });
    await expect(get('filename="\u0142"')).rejects.toMatchObject({ name: 'InvalidArgument' });
  });

  it('is read under conditions', async () => {
    const { ETag } = await put('a');
    const get = (more: object) => client.send(new GetObjectCommand({ Bucket, Key: 'a', ...more }));
    const later = new Date(Date.now() + 60_000);
    const earlier = new Date(Date.now() - 60_000);
    await get({ IfMatch: ETag, IfUnmodifiedSince: earlier });
    await get({ IfModifiedSince: earlier });
    await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(get({ IfUnmodifiedSince: earlier })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    for (const condition of [{ IfNoneMatch: ETag }, { IfModifiedSince: later }]) {
      await expect(get(condition)).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    }
  });

  it('is copied with its metadata, or with other', async () => {
    const { ETag } = await put('from/a b', 'content', { ContentType: 'text/plain', Metadata: { a: '1' } });
    const copied = await client.send(
      new CopyObjectCommand({ Bucket, Key: 'to', CopySource: `${Bucket}/from/${encodeURIComponent('a b')}` }),
    );
    expect(copied.CopyObjectResult?.ETag).toBe(ETag);
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'to' }))).toMatchObject({
      ContentType: 'text/plain',
      Metadata: { a: '1' },
    });
    const self = { Bucket, Key: 'to', CopySource: `${Bucket}/to` };
    await client.send(new CopyObjectCommand({ ...self, MetadataDirective: 'REPLACE', Metadata: { b: '2' } }));
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'to' }))).Metadata).toEqual({ b: '2' });
    expect(await textOf('to')).toBe('content');
    await expect(client.send(new CopyObjectCommand(self))).rejects.toMatchObject({ name: 'InvalidRequest' });
    const missing = new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/none` });
    await expect(client.send(missing)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('is deleted alone or with others, and deleting what is not there is no error', async () => {
    for (const key of ['a', 'b/c', 'd']) await put(key);
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
    const { Deleted, Errors } = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'b/c' }, { Key: 'none' }, { Key: '../x' }] } }),
    );
    expect(Deleted?.map(({ Key }) => Key)).toEqual(['b/c', 'none']);
    expect(Errors).toMatchObject([{ Key: '../x', Code: 'InvalidArgument' }]);
    expect(await files()).toEqual([`${Bucket}/d`]);
  });

  it('is not there: the errors say whether the key or the bucket is missing', async () => {
    await expect(textOf('none')).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
    for (const command of [
      new GetObjectCommand({ Bucket: 'nowhere', Key: 'a' }),
      new PutObjectCommand({ Bucket: 'nowhere', Key: 'a', Body: 'x' }),
      new ListObjectsV2Command({ Bucket: 'nowhere' }),
    ]) {
      await expect(client.send(command as GetObjectCommand)).rejects.toMatchObject({ name: 'NoSuchBucket' });
    }
    await expect(access(join(s3.root, 'nowhere'))).rejects.toThrow();
  });

  it('is no named pipe', async () => {
    await promisify(execFile)('mkfifo', [join(s3.root, Bucket, 'pipe')]);
    await expect(textOf('pipe')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
  });

  it('that would have to be encrypted, tagged or public is refused', async () => {
    const key = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'mine' } as const;
    await expect(put('a', 'x', key)).rejects.toMatchObject({ name: 'NotImplemented' });
    await expect(put('a', 'x', { Tagging: 'a=b' })).rejects.toMatchObject({ name: 'NotImplemented' });
    await expect(put('a', 'x', { ACL: 'public-read' })).rejects.toMatchObject({
      name: 'AccessControlListNotSupported',
    });
  });
});

describe('keys', () => {
  it.each(['a/../b', './a', 'a//b', '/a', 'a/.', '..', 'a/.fleetune-partial-1'])('"%s" is refused', async (key) => {
    await expect(put(key)).rejects.toMatchObject({ name: 'InvalidArgument', $metadata: { httpStatusCode: 400 } });
    expect(await files()).toEqual([]);
  });

  it.each(['n'.repeat(256), `${'n/'.repeat(513)}n`])('that are too long are refused', async (key) => {
    await expect(put(key)).rejects.toMatchObject({ name: 'KeyTooLongError' });
  });

  it('cannot be an object and a folder of objects at once', async () => {
    await put('a/b');
    await expect(put('a')).rejects.toMatchObject({ name: 'InvalidRequest', $metadata: { httpStatusCode: 400 } });
    await expect(put('a/b/c')).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(put('a/b/')).rejects.toMatchObject({ name: 'InvalidRequest' });
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a/b' }));
    await put('a', 'a file in the place of an empty folder');
    expect(await files()).toEqual([`${Bucket}/a`]);
  });

  it('that end in a slash are folders, as consoles make them', async () => {
    await put('folder/', '');
    expect(await textOf('folder/')).toBe('');
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'folder/' }))).ContentLength).toBe(0);
    await put('folder/a');
    const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(['folder/', 'folder/a']);
    await expect(put('other/', 'bytes')).rejects.toMatchObject({ name: 'InvalidRequest' });
    await mkdir(join(s3.root, Bucket, 'made-by-an-agent'));
    await expect(textOf('made-by-an-agent/')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'folder/' }));
    expect(await files()).toEqual([`${Bucket}/folder/a`]);
  });
});
