import { createHash, timingSafeEqual } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { WireRequest } from '../wire/http.js';
import { NodeSha256 } from './node-sha256.js';
import { type PresentedSignature, presentedSignature } from './presented-signature.js';
import {
  IncompleteSignatureException,
  InvalidSignatureException,
  UnrecognizedClientException,
} from './signature-error.js';

export interface AccessKey {
  readonly secretAccessKey: string;
  /** Whose jobs the bearer sees. */
  readonly tenant: string;
}

export type AccessKeys = (accessKeyId: string) => AccessKey | undefined;

/** SageMaker's own. */
export const SIGNING_NAME = 'sagemaker';

const MAX_CLOCK_SKEW_MS = 15 * 60 * 1000;

/**
 * Checks the AWS Signature Version 4 of a request, from its Authorization header or its presigned URL.
 *
 * The region of the signature may be any: clients bring the one of their own configuration.
 *
 * @param signingName of the service that answers; a signature made for another one is refused.
 * @returns the key the request was signed with.
 * @throws MissingAuthenticationTokenException, IncompleteSignatureException, UnrecognizedClientException,
 *   InvalidSignatureException
 */
export async function authenticate(
  request: WireRequest,
  accessKeys: AccessKeys,
  now: Date,
  signingName: string = SIGNING_NAME,
): Promise<AccessKey> {
  const [path = '/', search = ''] = request.url.split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  const presented = presentedSignature(request, query);
  const accessKey = accessKeys(presented.accessKeyId);
  if (accessKey === undefined) throw new UnrecognizedClientException(presented.accessKeyId);
  checkScope(presented, signingName);
  checkTime(presented, now);
  const headers = signedHeaders(request, presented);
  const expected = await sign(request.method, path, query, headers, request.body, presented, accessKey);
  if (!timingSafeEqual(Buffer.from(expected, 'hex'), Buffer.from(presented.signature, 'hex'))) {
    throw new InvalidSignatureException(
      'The request signature we calculated does not match the signature you provided. Check the secret access key and the signing method.',
    );
  }
  return accessKey;
}

function checkScope(presented: PresentedSignature, signingName: string): void {
  if (presented.service !== signingName) {
    throw new InvalidSignatureException(
      `The credential is scoped to the service "${presented.service}"; it must be "${signingName}".`,
    );
  }
  const date = presented.signedAt.toISOString().slice(0, 10).replaceAll('-', '');
  if (presented.scopeDate !== date) {
    throw new InvalidSignatureException(
      `The date ${presented.scopeDate} of the credential scope is not the signing date ${date}.`,
    );
  }
}

function checkTime({ signedAt, expiresSeconds }: PresentedSignature, now: Date): void {
  const goodForMs = expiresSeconds === undefined ? MAX_CLOCK_SKEW_MS : expiresSeconds * 1000;
  if (now.getTime() > signedAt.getTime() + goodForMs) {
    throw new InvalidSignatureException(
      `Signature expired: signed at ${signedAt.toISOString()}, good for ${goodForMs / 1000} s, and it is ${now.toISOString()} here.`,
    );
  }
  if (signedAt.getTime() > now.getTime() + MAX_CLOCK_SKEW_MS) {
    throw new InvalidSignatureException(
      `Signature not yet current: signed at ${signedAt.toISOString()}, and it is ${now.toISOString()} here.`,
    );
  }
}

/** The headers that the signature covers, and no others. */
function signedHeaders(request: WireRequest, presented: PresentedSignature): Record<string, string> {
  const covered = new Set(presented.signedHeaders);
  const uncovered = ['host', ...Object.keys(request.headers)].find(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !covered.has(name),
  );
  if (uncovered !== undefined) {
    throw new IncompleteSignatureException(`The header "${uncovered}" must be one of the SignedHeaders.`);
  }
  const headers: Record<string, string> = {};
  for (const name of covered) {
    const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
    if (value === undefined) {
      throw new IncompleteSignatureException(`The signed header "${name}" is not in the request.`);
    }
    headers[name] = Array.isArray(value) ? value.join(',') : value;
  }
  const claimedHash = headers['x-amz-content-sha256'];
  if (claimedHash !== undefined && claimedHash !== createHash('sha256').update(request.body).digest('hex')) {
    throw new InvalidSignatureException('The header x-amz-content-sha256 is not the SHA-256 of the request body.');
  }
  return headers;
}

/** The signature that the holder of the secret makes for this request. */
async function sign(
  method: string,
  path: string,
  query: URLSearchParams,
  headers: Record<string, string>,
  body: Buffer,
  { form, accessKeyId, region, service, signedAt, expiresSeconds }: PresentedSignature,
  { secretAccessKey }: AccessKey,
): Promise<string> {
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region,
    service,
    sha256: NodeSha256,
    applyChecksum: false,
  });
  const request = { method, protocol: 'http:', hostname: '', path, query: queryBag(query), headers, body };
  const signableHeaders = new Set(Object.keys(headers));
  if (form === 'query') {
    const presigned = await signer.presign(request, {
      signingDate: signedAt,
      expiresIn: expiresSeconds,
      signableHeaders,
      unhoistableHeaders: signableHeaders,
    });
    return String(presigned.query?.['X-Amz-Signature']);
  }
  const signed = await signer.sign(request, { signingDate: signedAt, signableHeaders });
  return String(signed.headers.authorization?.split('Signature=')[1]);
}

function queryBag(query: URLSearchParams): Record<string, string | string[]> {
  const names = [...new Set(query.keys())].filter((name) => name !== 'X-Amz-Signature');
  return Object.fromEntries(
    names.map((name) => {
      const [first = '', ...more] = query.getAll(name);
      return [name, more.length === 0 ? first : [first, ...more]];
    }),
  );
}
