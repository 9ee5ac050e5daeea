import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  canonicalPath,
  MalformedSignatureError,
  SignatureMismatchError,
  SignatureTimeError,
  type SignedRequest,
  UnknownAccessKeyError,
} from '@fleetune/sigv4';

/**
 * URLs presigned by Signature Version 2. Nothing else is signed by it any more, but boto3 still presigns S3 URLs this way
 * unless it is configured otherwise.
 */
export function isPresignedByVersion2({ headers, url = '/' }: SignedRequest): boolean {
  return headers.authorization === undefined && /[?&]AWSAccessKeyId=/.test(url) && /[?&]Signature=/.test(url);
}

/** @returns the access key id the URL was signed with. @throws SignatureError */
export function verifyVersion2Url(
  request: SignedRequest,
  findSecret: (accessKeyId: string) => string | undefined,
  now: Date,
): string {
  const [path = '/', search = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  const accessKeyId = query.get('AWSAccessKeyId') ?? '';
  const expires = query.get('Expires') ?? '';
  if (!/^\d{1,12}$/.test(expires)) throw new MalformedSignatureError(`Expires is "${expires}"; it must be in seconds.`);
  const secretAccessKey = findSecret(accessKeyId);
  if (secretAccessKey === undefined) throw new UnknownAccessKeyError(accessKeyId);
  const expiresAt = new Date(Number(expires) * 1000);
  if (now > expiresAt) {
    throw new SignatureTimeError('url-expired', expiresAt, `The URL was good until ${expiresAt.toISOString()}.`);
  }
  const text = stringToSign(request, canonicalPath(path), query, expires);
  const expected = createHmac('sha1', secretAccessKey).update(text).digest();
  const presented = Buffer.from(query.get('Signature') ?? '', 'base64');
  if (presented.length !== expected.length || !timingSafeEqual(presented, expected)) {
    throw new SignatureMismatchError('The signature of the URL does not match the one calculated here.');
  }
  return accessKeyId;
}

function stringToSign({ method, headers }: SignedRequest, path: string, query: URLSearchParams, expires: string) {
  const amazonHeaders = Object.entries(headers)
    .filter(([name]) => name.startsWith('x-amz-'))
    .map(([name, value]) => `${name}:${String(value).trim()}\n`)
    .sort();
  const signed = [...query]
    .filter(([name]) => SIGNED_PARAMETERS.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const resource = signed.length === 0 ? path : `${path}?${signed.join('&')}`;
  const { 'content-md5': md5 = '', 'content-type': type = '' } = headers;
  return `${method}\n${md5}\n${type}\n${expires}\n${amazonHeaders.join('')}${resource}`;
}

const SIGNED_PARAMETERS = new Set([
  'acl',
  'cors',
  'delete',
  'lifecycle',
  'location',
  'logging',
  'notification',
  'partNumber',
  'policy',
  'requestPayment',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'restore',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'website',
]);
