import { header, type S3Call } from '../s3-call.js';
import { notImplemented, S3Error } from '../s3-error.js';
import type { ObjectDescription, StoredObject } from '../storage/object-description.js';

const KEPT_HEADERS = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
] as const;
const METADATA_PREFIX = 'x-amz-meta-';
const MAX_METADATA_BYTES = 2048;

/**
 * What a request that makes an object says of it.
 *
 * @throws S3Error for what cannot be kept: encryption by a key of the caller's, tags, locks, other storage classes, public access.
 */
export function describedObject(call: S3Call): ObjectDescription {
  refuseWhatIsNotKept(call);
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = name === 'content-encoding' ? contentEncoding(call) : header(call, name);
    if (value !== undefined) headers[name] = value;
  }
  const metadata = Object.fromEntries(
    Object.keys(call.headers)
      .filter((name) => name.startsWith(METADATA_PREFIX))
      .map((name) => [name.slice(METADATA_PREFIX.length), header(call, name) ?? '']),
  );
  if (Buffer.byteLength(Object.entries(metadata).flat().join('')) > MAX_METADATA_BYTES) {
    throw new S3Error('MetadataTooLarge', 400, `User metadata may have ${MAX_METADATA_BYTES} bytes in all.`);
  }
  return { headers, metadata };
}

/** The headers of an object in an answer. */
export function objectHeaders(object: StoredObject): Record<string, string> {
  const metadata = Object.entries(object.metadata).map(([name, value]) => [METADATA_PREFIX + name, value]);
  return {
    'content-type': 'binary/octet-stream',
    ...object.headers,
    ...Object.fromEntries(metadata),
    etag: quoted(object.etag),
    'last-modified': object.modifiedAt.toUTCString(),
    'accept-ranges': 'bytes',
  };
}

export function quoted(etag: string): string {
  return `"${etag}"`;
}

/** Without the framing of the request, which is no property of the object. */
function contentEncoding(call: S3Call): string | undefined {
  const kept = (header(call, 'content-encoding') ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each !== 'aws-chunked');
  return kept.length === 0 ? undefined : kept.join(',');
}

function refuseWhatIsNotKept(call: S3Call): void {
  const sent = Object.keys(call.headers);
  // The SageMaker SDK v2 asks for encryption, by whatever key, with each source it uploads; the disk's has to do for it.
  const encryption = sent.find((name) => name.startsWith('x-amz-server-side-encryption-'));
  if (encryption !== undefined) throw notImplemented(`encryption by the server (${encryption})`);
  const lock = sent.find((name) => name.startsWith('x-amz-object-lock'));
  if (lock !== undefined) throw notImplemented(`object locks (${lock})`);
  if (sent.includes('x-amz-tagging')) throw notImplemented('tags of objects (x-amz-tagging)');
  const storageClass = header(call, 'x-amz-storage-class') ?? 'STANDARD';
  if (storageClass !== 'STANDARD') {
    throw new S3Error('InvalidStorageClass', 400, `The storage class "${storageClass}" is not to be had here.`);
  }
  const acl = header(call, 'x-amz-acl') ?? 'private';
  if (acl !== 'private' && acl !== 'bucket-owner-full-control') {
    throw new S3Error(
      'AccessControlListNotSupported',
      400,
      `There are no access control lists here; "${acl}" cannot be set.`,
    );
  }
}
