import { receiveText } from '../body/receive-body.js';
import type { S3Operation } from '../s3-call.js';
import { S3Error } from '../s3-error.js';
import { s3ErrorFor } from '../s3-error-for.js';
import { isRecord, readXml, writeXml, type XmlElements } from '../xml.js';

const MAX_OBJECTS = 1000;
const MAX_BODY_BYTES = 8 * 1024 * 1024;

export const deleteObject: S3Operation = async (call, { storage }) => {
  await storage.buckets.check(call.bucket);
  await storage.objects.remove(call.bucket, call.key);
  return { status: 204 };
};

export const deleteObjects: S3Operation = async (call, { storage }) => {
  const order = readXml(await receiveText(call, MAX_BODY_BYTES), 'Delete');
  const keys = (Array.isArray(order.Object) ? order.Object : []).map((object: unknown) =>
    isRecord(object) && typeof object.Key === 'string' ? object.Key : '',
  );
  if (keys.length === 0 || keys.length > MAX_OBJECTS || keys.includes('')) {
    throw new S3Error('MalformedXML', 400, `Delete must name 1 to ${MAX_OBJECTS} objects, each by its Key.`);
  }
  await storage.buckets.check(call.bucket);
  const deleted: XmlElements[] = [];
  const failed: XmlElements[] = [];
  for (const key of keys) {
    try {
      await storage.objects.remove(call.bucket, key);
      if (order.Quiet !== 'true') deleted.push({ Key: key });
    } catch (error) {
      const known = s3ErrorFor(error);
      if (known === undefined) throw error;
      failed.push({ Key: key, Code: known.code, Message: known.message });
    }
  }
  return { status: 200, body: writeXml('DeleteResult', { Deleted: deleted, Error: failed }) };
};
