import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startChecksum } from './body/checksum.js';
import { type ServedS3, serveS3 } from './fixtures/served-s3.fixture.js';

const target = { Bucket: 'models', Key: 'job/model.tar.gz' };
let s3: ServedS3;
let client: S3Client;

beforeEach(async () => {
  s3 = await serveS3();
  client = s3.client();
  await client.send(new CreateBucketCommand({ Bucket: target.Bucket }));
});
afterEach(async () => {
  expect(s3.failures).toEqual([]);
  await s3.close();
});

async function begin(more: object = {}): Promise<string> {
  return String((await client.send(new CreateMultipartUploadCommand({ ...target, ...more }))).UploadId);
}

async function part(UploadId: string, PartNumber: number, Body: Buffer | string) {
  const { ETag } = await client.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body }));
  return { PartNumber, ETag };
}

function complete(UploadId: string, Parts: readonly object[], more: object = {}) {
  return client.send(
    new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts: [...Parts] }, ...more }),
  );
}

async function leftovers(): Promise<readonly string[]> {
  const own = join(s3.root, '.fleetune-s3');
  const [uploads, incoming] = await Promise.all(
    ['uploads', 'incoming'].map((name) => readdir(join(own, name)).catch(() => [])),
  );
  return [...(uploads ?? []), ...(incoming ?? [])];
}

it('joins the parts of a stream whose length nobody knew', async () => {
  const bytes = randomBytes(17 * 1024 * 1024);
  const pieces = Array.from({ length: 17 }, (_, n) => bytes.subarray(n << 20, (n + 1) << 20));
  const params = { ...target, Body: Readable.from(pieces), ContentType: 'application/gzip', Metadata: { a: 'b' } };
  const done = await new Upload({ client, params, partSize: 5 * 1024 * 1024 }).done();
  expect(done.ETag).toMatch(/^"[0-9a-f]{32}-4"$/);
  expect((await readFile(join(s3.root, 'models/job/model.tar.gz'))).equals(bytes)).toBe(true);
  expect(await client.send(new HeadObjectCommand(target))).toMatchObject({
    ETag: done.ETag,
    ContentLength: bytes.length,
    ContentType: 'application/gzip',
    Metadata: { a: 'b' },
  });
  expect(await leftovers()).toEqual([]);
});

it('takes parts in any order, again, and only those that are listed', async () => {
  const id = await begin();
  await part(id, 2, 'wrong');
  const two = await part(id, 2, 'two');
  const [seven, one] = await Promise.all([part(id, 7, 'seven'), part(id, 1, 'one')]);
  await part(id, 3, 'not listed');
  const { ETag } = await complete(id, [one, two, seven]);
  const md5 = (bytes: string | Buffer) => createHash('md5').update(bytes).digest();
  expect(ETag).toBe(`"${md5(Buffer.concat(['one', 'two', 'seven'].map(md5))).toString('hex')}-3"`);
  const got = await client.send(new GetObjectCommand(target));
  expect(await got.Body?.transformToString()).toBe('onetwoseven');
  expect(await leftovers()).toEqual([]);
});

it('refuses parts that were not uploaded, and parts out of order, and can then be completed still', async () => {
  const id = await begin();
  const parts = [await part(id, 1, 'one'), await part(id, 2, 'two')];
  await expect(complete(id, [{ PartNumber: 1, ETag: '"other"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
  await expect(complete(id, [...parts, { PartNumber: 3, ETag: '"x"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
  await expect(complete(id, parts.toReversed())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
  await expect(complete(id, [])).rejects.toMatchObject({ name: 'MalformedXML' });
  await complete(id, parts);
  await expect(complete(id, parts)).rejects.toMatchObject({ name: 'NoSuchUpload' });
});

it('verifies and keeps the checksum of the whole object', async () => {
  const checksum = await startChecksum('crc64nvme');
  checksum.update(Buffer.from('onetwo'));
  const ChecksumCRC64NVME = checksum.digest();
  const id = await begin({ ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' });
  const parts = [await part(id, 1, 'one'), await part(id, 2, 'two')];
  const wrong = { ChecksumCRC64NVME: 'AAAAAAAAAAA=', ChecksumType: 'FULL_OBJECT' };
  await expect(complete(id, parts, wrong)).rejects.toMatchObject({ name: 'BadDigest' });
  await complete(id, parts, { ChecksumCRC64NVME, ChecksumType: 'FULL_OBJECT' });
  const head = await client.send(new HeadObjectCommand({ ...target, ChecksumMode: 'ENABLED' }));
  expect(head).toMatchObject({ ChecksumCRC64NVME, ChecksumType: 'FULL_OBJECT' });
});

it('is aborted with all its parts', async () => {
  const id = await begin();
  await part(id, 1, 'one');
  await client.send(new AbortMultipartUploadCommand({ ...target, UploadId: id }));
  expect(await leftovers()).toEqual([]);
  await expect(part(id, 2, 'two')).rejects.toMatchObject({ name: 'NoSuchUpload' });
  await expect(complete(id, [{ PartNumber: 1, ETag: 'x' }])).rejects.toMatchObject({ name: 'NoSuchUpload' });
  const other = await begin();
  const elsewhere = new AbortMultipartUploadCommand({ ...target, Key: 'another', UploadId: other });
  await expect(client.send(elsewhere)).rejects.toMatchObject({ name: 'NoSuchUpload' });
});

it('copies parts of other objects', async () => {
  await client.send(new PutObjectCommand({ Bucket: target.Bucket, Key: 'source', Body: '0123456789' }));
  const id = await begin();
  const copy = async (PartNumber: number, CopySourceRange?: string) => {
    const command = { ...target, UploadId: id, PartNumber, CopySource: 'models/source', CopySourceRange };
    const { CopyPartResult } = await client.send(new UploadPartCopyCommand(command));
    return { PartNumber, ETag: CopyPartResult?.ETag };
  };
  const parts = [await copy(1, 'bytes=2-4'), await copy(2)];
  await expect(copy(3, 'bytes=5-10')).rejects.toMatchObject({ name: 'InvalidArgument' });
  await complete(id, parts);
  expect(await (await client.send(new GetObjectCommand(target))).Body?.transformToString()).toBe('2340123456789');
});

it('lists its parts and the uploads of a bucket, page by page', async () => {
  const id = await begin();
  for (const number of [3, 1, 2]) await part(id, number, `part ${number}`);
  const first = await client.send(new ListPartsCommand({ ...target, UploadId: id, MaxParts: 2 }));
  expect(first).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2' });
  expect(first.Parts).toMatchObject([
    { PartNumber: 1, Size: 6 },
    { PartNumber: 2, Size: 6 },
  ]);
  const rest = await client.send(new ListPartsCommand({ ...target, UploadId: id, PartNumberMarker: '2' }));
  expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3]);

  await begin({ Key: 'a' });
  await begin({ Key: 'z' });
  const { Bucket } = target;
  const page = await client.send(new ListMultipartUploadsCommand({ Bucket, MaxUploads: 2 }));
  expect(page.Uploads?.map(({ Key }) => Key)).toEqual(['a', target.Key]);
  const next = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  const last = await client.send(new ListMultipartUploadsCommand({ Bucket, ...next }));
  expect(last.Uploads?.map(({ Key }) => Key)).toEqual(['z']);
});
