import { receiveText } from '../body/receive-body.js';
import type { S3Operation } from '../s3-call.js';
import { bucketOfAnother, S3Error } from '../s3-error.js';
import { isBucketName } from '../storage/places.js';
import { writeXml } from '../xml.js';

export const listBuckets: S3Operation = async (call, { storage, mayUse }) => {
  const all = await storage.buckets.list();
  const own = await Promise.all(all.map(({ name }) => mayUse(call, name)));
  const buckets = all.filter((_bucket, index) => own[index]);
  return {
    status: 200,
    body: writeXml('ListAllMyBucketsResult', {
      Owner: { ID: call.tenant, DisplayName: call.tenant },
      Buckets: {
        Bucket: buckets.map(({ name, createdAt }) => ({ Name: name, CreationDate: createdAt.toISOString() })),
      },
    }),
  };
};

export const createBucket: S3Operation = async (call, { storage, reservedNames, keptFor }) => {
  await receiveText(call, 64 * 1024);
  if (!isBucketName(call.bucket)) {
    throw invalidName(call.bucket, 'it must be 3 to 63 lower-case letters, digits, dots and hyphens');
  }
  if (reservedNames.includes(call.bucket)) throw invalidName(call.bucket, 'this server keeps it for itself');
  if ((keptFor(call.bucket) ?? call.tenant) !== call.tenant) throw bucketOfAnother(call.bucket);
  await storage.buckets.create(call.bucket);
  await storage.owners.record(call.bucket, call.tenant);
  return { status: 200, headers: { location: `/${call.bucket}` } };
};

export const headBucket: S3Operation = async (call, { storage, region }) => {
  await storage.buckets.check(call.bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': region } };
};

export const deleteBucket: S3Operation = async (call, { storage }) => {
  await storage.buckets.check(call.bucket);
  await storage.buckets.remove(call.bucket);
  for (const { uploadId } of await storage.uploads.list(call.bucket)) await storage.uploads.end(uploadId);
  return { status: 204 };
};

function invalidName(bucket: string, fault: string): S3Error {
  return new S3Error('InvalidBucketName', 400, `"${bucket}" cannot be the name of a bucket: ${fault}.`, {
    details: { BucketName: bucket },
  });
}
