import { quoted } from '../http/object-headers.js';
import { afterAllOf } from '../listing/compare-keys.js';
import { listPage, type Page } from '../listing/list-page.js';
import type { S3Call, S3Context, S3Operation, S3Response } from '../s3-call.js';
import { invalidArgument } from '../s3-error.js';
import { writeXml, type XmlElements } from '../xml.js';

const MAX_KEYS = 1000;
/** How many files are looked at together. */
const STAT_CONCURRENCY = 32;

export const listObjectsV2: S3Operation = async (call, context) => {
  const token = call.query.get('continuation-token') ?? undefined;
  const startAfter = call.query.get('start-after') ?? undefined;
  const after = token === undefined ? (startAfter ?? '') : readToken(token);
  const encode = keyEncoding(call);
  return list(call, context, after, ({ keys, commonPrefixes, next }) => ({
    KeyCount: keys.length + commonPrefixes.length,
    ContinuationToken: token,
    NextContinuationToken: next && writeToken(next.after),
    StartAfter: startAfter && encode(startAfter),
  }));
};

export const listObjects: S3Operation = async (call, context) => {
  const marker = call.query.get('marker') ?? '';
  const encode = keyEncoding(call);
  const after = isCommonPrefix(marker, call.query) ? afterAllOf(marker) : marker;
  return list(call, context, after, ({ next }) => ({
    Marker: encode(marker),
    NextMarker: next && encode(next.last),
  }));
};

/** A marker from an earlier page that stands for all keys below it. */
function isCommonPrefix(marker: string, query: URLSearchParams): boolean {
  const delimiter = query.get('delimiter') ?? '';
  const prefix = query.get('prefix') ?? '';
  if (delimiter === '' || !marker.startsWith(prefix)) return false;
  const end = marker.indexOf(delimiter, prefix.length);
  return end !== -1 && end === marker.length - delimiter.length;
}

async function list(
  call: S3Call,
  { storage }: S3Context,
  after: string,
  paging: (page: Page) => XmlElements,
): Promise<S3Response> {
  const { bucket, query } = call;
  await storage.buckets.check(bucket);
  const encode = keyEncoding(call);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') || undefined;
  const maxKeys = readMaxKeys(query.get('max-keys'));
  const page = await listPage({
    folder: storage.places.bucket(bucket),
    prefix,
    delimiter,
    after,
    maxKeys,
    isFolderObject: async (key) => (await storage.objects.find(bucket, key)) !== undefined,
  });
  const contents = await describeAll(call, storage, page.keys, encode);
  return {
    status: 200,
    body: writeXml('ListBucketResult', {
      Name: bucket,
      Prefix: encode(prefix),
      Delimiter: delimiter && encode(delimiter),
      MaxKeys: maxKeys,
      EncodingType: query.get('encoding-type') ?? undefined,
      IsTruncated: page.next !== undefined,
      ...paging(page),
      Contents: contents,
      CommonPrefixes: page.commonPrefixes.map((common) => ({ Prefix: encode(common) })),
    }),
  };
}

async function describeAll(
  call: S3Call,
  storage: S3Context['storage'],
  keys: readonly string[],
  encode: (key: string) => string,
): Promise<readonly XmlElements[]> {
  const withOwner = call.query.get('list-type') !== '2' || call.query.get('fetch-owner') === 'true';
  const contents: XmlElements[] = [];
  for (let at = 0; at < keys.length; at += STAT_CONCURRENCY) {
    const some = keys.slice(at, at + STAT_CONCURRENCY);
    for (const object of await Promise.all(some.map((key) => storage.objects.find(call.bucket, key)))) {
      // It was deleted since the folder was read.
      if (object === undefined) continue;
      contents.push({
        Key: encode(object.key),
        LastModified: object.modifiedAt.toISOString(),
        ETag: quoted(object.etag),
        Size: object.sizeBytes,
        Owner: withOwner ? { ID: call.tenant, DisplayName: call.tenant } : undefined,
        StorageClass: 'STANDARD',
      });
    }
  }
  return contents;
}

function readMaxKeys(text: string | null): number {
  if (text === null || text === '') return MAX_KEYS;
  if (!/^\d{1,9}$/.test(text)) throw invalidArgument('max-keys must be a whole number, 0 or more.', 'max-keys', text);
  return Math.min(Number(text), MAX_KEYS);
}

/** With `encoding-type=url` keys may hold what XML cannot. */
export function keyEncoding({ query }: S3Call): (key: string) => string {
  const type = query.get('encoding-type') ?? undefined;
  if (type === undefined) return (key) => key;
  if (type !== 'url') throw invalidArgument('The only encoding type is "url".', 'encoding-type', type);
  return (key) => encodeURIComponent(key).replaceAll('%2F', '/');
}

function writeToken(after: string): string {
  return Buffer.from(after).toString('base64url');
}

function readToken(token: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(token)) {
    throw invalidArgument('The continuation token is not one that was given out here.', 'continuation-token', token);
  }
  return Buffer.from(token, 'base64url').toString();
}
