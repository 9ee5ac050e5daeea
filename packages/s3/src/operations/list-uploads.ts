import { checksumElements } from '../http/checksum-headers.js';
import { quoted } from '../http/object-headers.js';
import type { S3Call, S3Operation } from '../s3-call.js';
import { invalidArgument, notImplemented } from '../s3-error.js';
import { writeXml } from '../xml.js';
import { keyEncoding } from './list-objects.js';

const MAX_ENTRIES = 1000;

export const listParts: S3Operation = async (call, { storage }) => {
  const { bucket, key, query } = call;
  const upload = await storage.uploads.get(query.get('uploadId') ?? '', bucket, key);
  const after = number(call, 'part-number-marker', 0);
  const maxParts = Math.min(number(call, 'max-parts', MAX_ENTRIES), MAX_ENTRIES);
  const rest = (await storage.uploads.parts(upload.uploadId)).filter(({ partNumber }) => partNumber > after);
  const parts = rest.slice(0, maxParts);
  const isTruncated = rest.length > parts.length;
  return {
    status: 200,
    body: writeXml('ListPartsResult', {
      Bucket: bucket,
      Key: key,
      UploadId: upload.uploadId,
      PartNumberMarker: after,
      NextPartNumberMarker: isTruncated ? parts.at(-1)?.partNumber : undefined,
      MaxParts: maxParts,
      IsTruncated: isTruncated,
      ChecksumAlgorithm: upload.checksumAlgorithm,
      StorageClass: 'STANDARD',
      Part: parts.map((part) => ({
        PartNumber: part.partNumber,
        LastModified: part.modifiedAt.toISOString(),
        ETag: quoted(part.etag),
        Size: part.sizeBytes,
        ...checksumElements(part.checksums),
      })),
    }),
  };
};

export const listMultipartUploads: S3Operation = async (call, { storage }) => {
  const { bucket, query } = call;
  await storage.buckets.check(bucket);
  if (query.get('delimiter')) throw notImplemented('grouping of uploads by a delimiter');
  const prefix = query.get('prefix') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const maxUploads = Math.min(number(call, 'max-uploads', MAX_ENTRIES), MAX_ENTRIES);
  const encode = keyEncoding(call);
  const uploads = (await storage.uploads.list(bucket)).filter(({ key }) => key.startsWith(prefix));
  const marked = uploads.findIndex(({ key, uploadId }) => key === keyMarker && uploadId === idMarker);
  const rest = marked === -1 ? uploads.filter(({ key }) => key > keyMarker) : uploads.slice(marked + 1);
  const page = rest.slice(0, maxUploads);
  const last = rest.length > page.length ? page.at(-1) : undefined;
  return {
    status: 200,
    body: writeXml('ListMultipartUploadsResult', {
      Bucket: bucket,
      Prefix: encode(prefix),
      KeyMarker: encode(keyMarker),
      UploadIdMarker: idMarker,
      NextKeyMarker: last && encode(last.key),
      NextUploadIdMarker: last?.uploadId,
      EncodingType: query.get('encoding-type') ?? undefined,
      MaxUploads: maxUploads,
      IsTruncated: last !== undefined,
      Upload: page.map(({ key, uploadId, initiatedAt }) => ({
        Key: encode(key),
        UploadId: uploadId,
        StorageClass: 'STANDARD',
        Initiated: initiatedAt.toISOString(),
      })),
    }),
  };
};

function number({ query }: S3Call, name: string, otherwise: number): number {
  const text = query.get(name) ?? '';
  if (text === '') return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw invalidArgument(`${name} must be a whole number, 0 or more.`, name, text);
  return Number(text);
}
