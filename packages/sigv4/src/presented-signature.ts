import type { IncomingHttpHeaders } from 'node:http';
import { MalformedSignatureError, MissingSignatureError } from './signature-errors.js';

/** The part of an HTTP request that is signed, as it came over the wire. */
export interface SignedRequest {
  readonly method?: string;
  /** Path and query as sent, not decoded. */
  readonly url?: string;
  readonly headers: IncomingHttpHeaders;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** A Signature Version 4 as a request presents it, read but not yet believed. */
export interface PresentedSignature {
  /** In the Authorization header, or in the query of a presigned URL. */
  readonly form: 'header' | 'query';
  readonly accessKeyId: string;
  /** `YYYYMMDD`, of the credential scope. */
  readonly scopeDate: string;
  readonly region: string;
  readonly service: string;
  /** Lower case. */
  readonly signedHeaders: readonly string[];
  /** 64 hexadecimal digits. */
  readonly signature: string;
  readonly signedAt: Date;
  /** Only in presigned URLs: how long the URL is good for, 1 to 604,800. */
  readonly expiresSeconds?: number;
}

/** @throws MissingSignatureError, MalformedSignatureError */
export function presentedSignature(request: SignedRequest): PresentedSignature {
  const { authorization } = request.headers;
  if (authorization !== undefined) return fromHeader(authorization, request.headers['x-amz-date']);
  const query = queryOf(request);
  if (query.has('X-Amz-Signature') || query.has('X-Amz-Algorithm')) return fromQuery(query);
  throw new MissingSignatureError();
}

/** The service that the signature of a request says it was made for, before anybody has checked it. */
export function claimedSigningName(request: SignedRequest): string | undefined {
  const { authorization } = request.headers;
  const credential =
    authorization === undefined
      ? queryOf(request).get('X-Amz-Credential')
      : /Credential=([^,\s]+)/.exec(authorization)?.[1];
  return /\/([^/]+)\/aws4_request$/.exec(credential ?? '')?.[1];
}

export function queryOf({ url = '/' }: SignedRequest): URLSearchParams {
  const start = url.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : url.slice(start + 1));
}

function fromHeader(authorization: string, date: string | string[] | undefined): PresentedSignature {
  const [algorithm, ...rest] = authorization.split(' ');
  const fields = new Map(
    rest
      .join(' ')
      .split(',')
      .map((field) => {
        const equals = field.indexOf('=');
        return [field.slice(0, equals).trim(), field.slice(equals + 1).trim()] as const;
      }),
  );
  if (typeof date !== 'string') throw new MalformedSignatureError('A signed request needs the header X-Amz-Date.');
  return {
    form: 'header',
    ...signatureFields('Authorization header', algorithm, {
      credential: fields.get('Credential'),
      signedHeaders: fields.get('SignedHeaders'),
      signature: fields.get('Signature'),
    }),
    signedAt: parseSigningDate(date),
  };
}

function fromQuery(query: URLSearchParams): PresentedSignature {
  const expires = query.get('X-Amz-Expires') ?? '';
  if (!/^[1-9]\d{0,5}$/.test(expires) || Number(expires) > 604_800) {
    throw new MalformedSignatureError(`X-Amz-Expires is "${expires}"; it must be 1 to 604800 seconds.`);
  }
  return {
    form: 'query',
    ...signatureFields('query', query.get('X-Amz-Algorithm') ?? undefined, {
      credential: query.get('X-Amz-Credential') ?? undefined,
      signedHeaders: query.get('X-Amz-SignedHeaders') ?? undefined,
      signature: query.get('X-Amz-Signature') ?? undefined,
    }),
    signedAt: parseSigningDate(query.get('X-Amz-Date') ?? ''),
    expiresSeconds: Number(expires),
  };
}

function signatureFields(
  place: string,
  algorithm: string | undefined,
  given: { readonly credential?: string; readonly signedHeaders?: string; readonly signature?: string },
) {
  if (algorithm !== ALGORITHM) {
    throw new MalformedSignatureError(`The ${place} must use the algorithm ${ALGORITHM}.`);
  }
  // An access key id may itself hold slashes, so the scope is read from the end.
  const scope = /^(.+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/.exec(given.credential ?? '');
  const [, accessKeyId, scopeDate, region, service] = scope ?? [];
  if (accessKeyId === undefined || scopeDate === undefined || region === undefined || service === undefined) {
    throw new MalformedSignatureError(
      `The ${place} must hold a Credential of the form KEY/DATE/REGION/SERVICE/aws4_request.`,
    );
  }
  if (given.signedHeaders === undefined || !/^[!-~]+$/.test(given.signedHeaders)) {
    throw new MalformedSignatureError(`The ${place} must hold SignedHeaders.`);
  }
  if (given.signature === undefined || !/^[0-9a-f]{64}$/.test(given.signature)) {
    throw new MalformedSignatureError(`The ${place} must hold a Signature of 64 hexadecimal digits.`);
  }
  const signedHeaders = given.signedHeaders.toLowerCase().split(';');
  return { accessKeyId, scopeDate, region, service, signedHeaders, signature: given.signature };
}

function parseSigningDate(text: string): Date {
  const date = new Date(SIGNING_DATE.test(text) ? text.replace(SIGNING_DATE, '$1-$2-$3T$4:$5:$6Z') : Number.NaN);
  if (Number.isNaN(date.getTime())) {
    throw new MalformedSignatureError(`The signing date "${text}" is not of the form YYYYMMDDTHHMMSSZ.`);
  }
  return date;
}

const SIGNING_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
