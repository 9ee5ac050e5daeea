import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type VerifiedSignature, verifySignature } from '@fleetune/sigv4';
import { writeResponse } from './http/write-response.js';
import { RESERVED_NAMES, type S3Options } from './options.js';
import { routeOf } from './routes.js';
import type { S3Call, S3Context, S3Response } from './s3-call.js';
import { bucketOfAnother, S3Error } from './s3-error.js';
import { s3ErrorFor } from './s3-error-for.js';
import { isBucketName } from './storage/places.js';
import { openStorage, removeLeftovers } from './storage/storage.js';
import { isPresignedByVersion2, verifyVersion2Url } from './version-2-url.js';
import { writeErrorXml } from './xml.js';

/** Answers one request, streaming its body in and the answer's out; never throws. */
export type S3Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** S3 over a folder, apart from any framework: it takes requests whose bodies nobody has read. */
export function createS3Handler(options: S3Options): S3Handler {
  const storage = openStorage(options.root);
  const context: S3Context = {
    storage,
    region: options.region ?? 'us-east-1',
    clock: options.clock,
    reservedNames: options.reservedNames ?? RESERVED_NAMES,
    keptFor: options.keptFor ?? (() => undefined),
    mayUse: async ({ tenant, isAdministrator }, bucket) => {
      if (isAdministrator) return true;
      const owner = isBucketName(bucket) ? ((await storage.owners.find(bucket)) ?? options.ownTenant) : undefined;
      return owner === undefined || owner === tenant;
    },
    describeError: (call, error) => errorDocument(settledError(error, call.requestId), call.requestId, call.resource),
  };
  const settledError = (error: unknown, requestId: string, operation = ''): S3Error => {
    const known = s3ErrorFor(error);
    if (known === undefined) options.onInternalError?.(error, requestId, operation);
    return known ?? new S3Error('InternalError', 500, `The server's log says why under ${requestId}.`);
  };
  removeLeftovers(storage.places, options.clock()).catch((error: unknown) => settledError(error, '', 'clean-up'));

  return async (request, response) => {
    const requestId = randomBytes(8).toString('hex').toUpperCase();
    let operation = 'unknown';
    let answer: S3Response;
    try {
      const call = await readCall(request, requestId, options, context);
      const route = routeOf({
        method: request.method ?? 'GET',
        scope: call.bucket === '' ? 'service' : call.key === '' ? 'bucket' : 'object',
        query: call.query,
        copies: call.headers['x-amz-copy-source'] !== undefined,
      });
      operation = route.name;
      answer = await route.answer(call, context);
    } catch (error) {
      // A client that went away in the middle of its body waits for no answer.
      if (request.destroyed && !request.complete) return void response.destroy();
      const known = settledError(error, requestId, operation);
      const body = errorDocument(known, requestId, (request.url ?? '/').split('?', 1)[0] ?? '/');
      answer = { status: known.status, headers: known.headers, body };
    }
    await writeResponse(request, response, requestId, answer).catch((error: unknown) => {
      response.destroy();
      options.onInternalError?.(error, requestId, operation);
    });
  };
}

/** @throws SignatureError, S3Error */
async function readCall(
  request: IncomingMessage,
  requestId: string,
  options: S3Options,
  { storage, mayUse }: S3Context,
): Promise<S3Call> {
  const { accessKeyId, payload } = await authenticate(request, options);
  const [path = '/', search = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const [bucket = '', ...key] = path.slice(1).split('/').map(unescaped);
  const { tenant = '', isAdministrator = false } = options.accessKeys(accessKeyId) ?? {};
  if (bucket !== '' && !(await mayUse({ tenant, isAdministrator }, bucket)) && (await storage.buckets.exists(bucket))) {
    const makes = request.method === 'PUT' && key.join('') === '';
    throw makes
      ? bucketOfAnother(bucket)
      : new S3Error('AccessDenied', 403, `The access key "${accessKeyId}" may not use the bucket "${bucket}".`);
  }
  const query = new URLSearchParams(search);
  if ((query.get('versionId') ?? 'null') !== 'null') {
    throw new S3Error('NoSuchVersion', 404, 'Buckets have no versions here.');
  }
  return {
    requestId,
    resource: path,
    tenant,
    isAdministrator,
    bucket,
    key: key.join('/'),
    query,
    headers: request.headers,
    body: request,
    payload,
    idleTimeoutMs: (options.idleTimeoutSeconds ?? 60) * 1000,
  };
}

/** @throws SignatureError */
async function authenticate(
  request: IncomingMessage,
  { accessKeys, clock }: S3Options,
): Promise<Pick<VerifiedSignature, 'accessKeyId' | 'payload'>> {
  const findSecret = (accessKeyId: string) => accessKeys(accessKeyId)?.secretAccessKey;
  const now = clock();
  if (isPresignedByVersion2(request)) {
    return { accessKeyId: verifyVersion2Url(request, findSecret, now), payload: { kind: 'unsigned' } };
  }
  return verifySignature(request, { findSecret, now, service: { signingNames: ['s3'], normalizesPath: false } });
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new S3Error('InvalidURI', 400, `"${part}" is not URL-encoded UTF-8.`);
  }
}

function errorDocument(error: S3Error, requestId: string, resource: string): string {
  return writeErrorXml({
    Code: error.code,
    Message: error.message,
    ...error.details,
    Resource: resource,
    RequestId: requestId,
  });
}
