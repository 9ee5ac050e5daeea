import type { WireRequest } from '../wire/http.js';
import { IncompleteSignatureException, MissingAuthenticationTokenException } from './signature-error.js';

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

/** @throws MissingAuthenticationTokenException, IncompleteSignatureException */
export function presentedSignature(request: WireRequest, query: URLSearchParams): PresentedSignature {
  const authorization = request.headers.authorization;
  if (authorization !== undefined) return fromHeader(authorization, request.headers['x-amz-date']);
  if (query.has('X-Amz-Signature') || query.has('X-Amz-Algorithm')) return fromQuery(query);
  throw new MissingAuthenticationTokenException();
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
  if (typeof date !== 'string') {
    throw new IncompleteSignatureException('A signed request needs the header X-Amz-Date.');
  }
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
    throw new IncompleteSignatureException(`X-Amz-Expires is "${expires}"; it must be 1 to 604800 seconds.`);
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
    throw new IncompleteSignatureException(`The ${place} must use the algorithm ${ALGORITHM}.`);
  }
  // An access key id may itself hold slashes, so the scope is read from the end.
  const scope = /^(.+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/.exec(given.credential ?? '');
  const [, accessKeyId, scopeDate, region, service] = scope ?? [];
  if (accessKeyId === undefined || scopeDate === undefined || region === undefined || service === undefined) {
    throw new IncompleteSignatureException(
      `The ${place} must hold a Credential of the form KEY/DATE/REGION/SERVICE/aws4_request.`,
    );
  }
  if (given.signedHeaders === undefined || !/^[!-~]+$/.test(given.signedHeaders)) {
    throw new IncompleteSignatureException(`The ${place} must hold SignedHeaders.`);
  }
  if (given.signature === undefined || !/^[0-9a-f]{64}$/.test(given.signature)) {
    throw new IncompleteSignatureException(`The ${place} must hold a Signature of 64 hexadecimal digits.`);
  }
  const signedHeaders = given.signedHeaders.toLowerCase().split(';');
  return { accessKeyId, scopeDate, region, service, signedHeaders, signature: given.signature };
}

function parseSigningDate(text: string): Date {
  const date = new Date(SIGNING_DATE.test(text) ? text.replace(SIGNING_DATE, '$1-$2-$3T$4:$5:$6Z') : Number.NaN);
  if (Number.isNaN(date.getTime())) {
    throw new IncompleteSignatureException(`The signing date "${text}" is not of the form YYYYMMDDTHHMMSSZ.`);
  }
  return date;
}

const SIGNING_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
