import { createHash, createHmac } from 'node:crypto';
import { canonicalPath } from './canonical-path.js';
import { type PresentedSignature, queryOf, type SignedRequest } from './presented-signature.js';
import { signingKey } from './signing-key.js';

/** What a signature covers beside the request line and the query. */
export interface CoveredParts {
  /** Lower-case names of the signed headers with their values. */
  readonly headers: Readonly<Record<string, string>>;
  /** What takes the place of the body: its SHA-256, or one of the words of `x-amz-content-sha256`. */
  readonly payload: string;
  /** False for S3, which signs paths as they are. */
  readonly normalizesPath: boolean;
}

/** The signature, hexadecimal, that the holder of the secret makes for this request at the presented time and scope. */
export function expectedSignature(
  request: SignedRequest,
  presented: PresentedSignature,
  { headers, payload, normalizesPath }: CoveredParts,
  secretAccessKey: string,
): string {
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  const names = Object.keys(headers).sort();
  const canonicalRequest = [
    request.method ?? 'GET',
    normalizesPath ? normalizedPath(path) : canonicalPath(path),
    canonicalQuery(queryOf(request)),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}`),
    '',
    names.join(';'),
    payload,
  ].join('\n');
  const text = [
    'AWS4-HMAC-SHA256',
    longDate(presented.signedAt),
    scopeOf(presented),
    createHash('sha256').update(canonicalRequest).digest('hex'),
  ].join('\n');
  return createHmac('sha256', signingKey(secretAccessKey, scopeOf(presented)))
    .update(text)
    .digest('hex');
}

/** `YYYYMMDD/REGION/SERVICE/aws4_request`. */
export function scopeOf({ scopeDate, region, service }: PresentedSignature): string {
  return `${scopeDate}/${region}/${service}/aws4_request`;
}

/** `YYYYMMDDTHHMMSSZ`. */
export function longDate(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d{3}/g, '');
}

/** As every service but S3 signs a path: without empty parts and dots, and escaped once more. */
function normalizedPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  const end = parts.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${parts.map(escaped).join('/')}${end}`;
}

function canonicalQuery(query: URLSearchParams): string {
  const pairs = [...query]
    .filter(([name]) => name.toLowerCase() !== 'x-amz-signature')
    .map(([name, value]) => [escaped(name), escaped(value)] as const);
  return pairs
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By RFC 3986. Halves of surrogate pairs, which no signer can have signed, become the replacement character. */
function escaped(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
