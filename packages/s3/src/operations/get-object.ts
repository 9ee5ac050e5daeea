import { byteRange } from '../http/byte-range.js';
import { checksumHeaders } from '../http/checksum-headers.js';
import { failedCondition, matchesEtag } from '../http/conditions.js';
import { objectHeaders } from '../http/object-headers.js';
import { header, type S3Call, type S3Operation, type S3Response } from '../s3-call.js';
import { invalidArgument, notImplemented, preconditionFailed, S3Error } from '../s3-error.js';
import type { StoredObject } from '../storage/object-description.js';
import { isFolderKey } from '../storage/places.js';

/** How much of a file is in memory for each download. */
const READ_BYTES = 256 * 1024;
/** Up to here the bytes are read at once, which costs half of what a stream does. */
const SMALL_BYTES = 64 * 1024;

export const getObject: S3Operation = async (call, { storage }) => {
  const { object, file } = await storage.objects.open(call.bucket, call.key);
  try {
    const { answer, first, last } = answerFor(call, object);
    if (answer.status >= 300 || last < first || isFolderKey(call.key)) {
      await file.close();
      return answer;
    }
    if (last - first < SMALL_BYTES) {
      const bytes = Buffer.alloc(last - first + 1);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, first);
      if (bytesRead < bytes.length) throw new S3Error('OperationAborted', 409, 'The file became shorter meanwhile.');
      await file.close();
      return { ...answer, body: bytes };
    }
    return { ...answer, body: file.createReadStream({ start: first, end: last, highWaterMark: READ_BYTES }) };
  } catch (error) {
    await file.close();
    throw error;
  }
};

export const headObject: S3Operation = async (call, { storage }) =>
  answerFor(call, await storage.objects.get(call.bucket, call.key)).answer;

/** The answer but for its body, and which bytes the body has. */
function answerFor(call: S3Call, object: StoredObject): { answer: S3Response; first: number; last: number } {
  if (call.query.has('partNumber')) throw notImplemented('reading one part of an object by its number');
  const failed = failedCondition(
    {
      ifMatch: header(call, 'if-match'),
      ifNoneMatch: header(call, 'if-none-match'),
      ifModifiedSince: header(call, 'if-modified-since'),
      ifUnmodifiedSince: header(call, 'if-unmodified-since'),
    },
    object,
  );
  if (failed?.outcome === 'failed') throw preconditionFailed(failed.condition);
  const headers = { ...objectHeaders(object), ...overriddenHeaders(call) };
  if (failed !== undefined) return { answer: { status: 304, headers }, first: 0, last: -1 };

  const range = isRangeStillMeant(call, object) ? byteRange(header(call, 'range'), object.sizeBytes) : 'whole';
  if (range === 'unsatisfiable') {
    throw new S3Error('InvalidRange', 416, `The object has ${object.sizeBytes} bytes, and none in the range.`, {
      details: { ActualObjectSize: String(object.sizeBytes), RangeRequested: header(call, 'range') ?? '' },
      headers: { 'content-range': `bytes */${object.sizeBytes}` },
    });
  }
  if (range === 'whole') {
    const checksums = header(call, 'x-amz-checksum-mode') === 'ENABLED' ? checksumHeaders(object.checksums) : {};
    const whole = { ...headers, ...checksums, 'content-length': String(object.sizeBytes) };
    return { answer: { status: 200, headers: whole }, first: 0, last: object.sizeBytes - 1 };
  }
  const { first, last } = range;
  const part = {
    ...headers,
    'content-length': String(last - first + 1),
    'content-range': `bytes ${first}-${last}/${object.sizeBytes}`,
  };
  return { answer: { status: 206, headers: part }, first, last };
}

/** False when the range was meant for another version of the object, by If-Range. */
function isRangeStillMeant(call: S3Call, object: StoredObject): boolean {
  const ifRange = header(call, 'if-range');
  return ifRange === undefined || matchesEtag(ifRange, object.etag) || ifRange === object.modifiedAt.toUTCString();
}

/** What the query of a presigned URL puts in the place of the object's own headers. */
function overriddenHeaders({ query }: S3Call): Record<string, string> {
  const overrides = [...query].filter(([name]) => OVERRIDABLE.has(name));
  for (const [name, value] of overrides) {
    if (!HEADER_VALUE.test(value)) throw invalidArgument('The value cannot be that of an HTTP header.', name, value);
  }
  return Object.fromEntries(overrides.map(([name, value]) => [name.slice('response-'.length), value]));
}

const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const OVERRIDABLE = new Set([
  'response-content-type',
  'response-content-language',
  'response-expires',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
]);
