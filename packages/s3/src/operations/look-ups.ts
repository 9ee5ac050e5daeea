import type { S3Call, S3Operation } from '../s3-call.js';
import { S3Error } from '../s3-error.js';
import { writeXml } from '../xml.js';

/** What clients ask of a bucket before they use it, answered as by a plain bucket that nobody has configured. */

export const getBucketLocation: S3Operation = async (call, { storage, region }) => {
  await storage.buckets.check(call.bucket);
  // The first region of all has no name here, by S3's history.
  return { status: 200, body: writeXml('LocationConstraint', { '#text': region === 'us-east-1' ? '' : region }) };
};

export const getBucketVersioning: S3Operation = async (call, { storage }) => {
  await storage.buckets.check(call.bucket);
  return { status: 200, body: writeXml('VersioningConfiguration', {}) };
};

export const getBucketAcl: S3Operation = async (call, { storage }) => {
  await storage.buckets.check(call.bucket);
  return { status: 200, body: ownerOnly(call) };
};

export const getObjectAcl: S3Operation = async (call, { storage }) => {
  await storage.objects.get(call.bucket, call.key);
  return { status: 200, body: ownerOnly(call) };
};

export const getObjectTagging: S3Operation = async (call, { storage }) => {
  await storage.objects.get(call.bucket, call.key);
  return { status: 200, body: writeXml('Tagging', { TagSet: '' }) };
};

/** A look-up whose answer is that nothing of the kind is configured. */
export function notConfigured(code: string, what: string): S3Operation {
  return async (call, { storage }) => {
    await storage.buckets.check(call.bucket);
    throw new S3Error(code, 404, `The bucket has no ${what}.`, { details: { BucketName: call.bucket } });
  };
}

function ownerOnly({ tenant }: S3Call): string {
  const grantee = {
    '@xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    '@xsi:type': 'CanonicalUser',
    ID: tenant,
    DisplayName: tenant,
  };
  return writeXml('AccessControlPolicy', {
    Owner: { ID: tenant, DisplayName: tenant },
    AccessControlList: { Grant: [{ Grantee: grantee, Permission: 'FULL_CONTROL' }] },
  });
}
