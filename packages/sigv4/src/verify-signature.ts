import { ChunkSignatures } from './chunk-signatures.js';
import { equalHex } from './equal-hex.js';
import { expectedSignature, longDate, scopeOf } from './expected-signature.js';
import { type PayloadExpectation, payloadExpectation, UNSIGNED_PAYLOAD } from './payload-expectation.js';
import { type PresentedSignature, presentedSignature, queryOf, type SignedRequest } from './presented-signature.js';
import {
  MalformedSignatureError,
  PayloadHashMismatchError,
  SignatureMismatchError,
  SignatureScopeError,
  SignatureTimeError,
  UnknownAccessKeyError,
} from './signature-errors.js';
import { signingKey } from './signing-key.js';

/** The service that a request is for. */
export interface SigningService {
  /** Such as `sagemaker` or `s3`; a signature for another one is refused. */
  readonly signingNames: readonly string[];
  /** True for all services but S3, which signs paths as they are: escaped once, dots and double slashes kept. */
  readonly normalizesPath: boolean;
}

export interface VerifyOptions {
  /** Undefined for an access key nobody has. */
  readonly findSecret: (accessKeyId: string) => string | undefined;
  readonly now: Date;
  readonly service: SigningService;
  /**
   * The SHA-256 of the body, hexadecimal, where it was read before. Left out by services that take the body as a stream;
   * then the request must declare its payload in x-amz-content-sha256, and a presigned URL may leave it open.
   */
  readonly bodySha256?: string;
}

export interface VerifiedSignature {
  readonly accessKeyId: string;
  /** Any: clients bring the one of their own configuration. */
  readonly region: string;
  readonly service: string;
  readonly payload: PayloadExpectation;
}

const MAX_CLOCK_SKEW_MS = 15 * 60 * 1000;
const PAYLOAD_HEADER = 'x-amz-content-sha256';

/**
 * Checks the AWS Signature Version 4 of a request, from its Authorization header or its presigned URL.
 *
 * @throws SignatureError one of its classes, for every request that is not to be answered.
 */
export function verifySignature(request: SignedRequest, options: VerifyOptions): VerifiedSignature {
  const presented = presentedSignature(request);
  const secretAccessKey = options.findSecret(presented.accessKeyId);
  if (secretAccessKey === undefined) throw new UnknownAccessKeyError(presented.accessKeyId);
  checkScope(presented, options.service.signingNames);
  checkTime(presented, options.now);
  const headers = signedHeaders(request, presented);
  const payloadValue = declaredPayload(request, presented, options.bodySha256);
  const { normalizesPath } = options.service;
  const parts = { headers, payload: payloadValue, normalizesPath };
  const expected = expectedSignature(request, presented, parts, secretAccessKey);
  if (!equalHex(expected, presented.signature)) {
    throw new SignatureMismatchError(
      'The request signature we calculated does not match the signature you provided. Check the secret access key and the signing method.',
    );
  }
  const payload = payloadExpectation(payloadValue, () => chunkSignatures(presented, secretAccessKey));
  const { accessKeyId, region, service } = presented;
  return { accessKeyId, region, service, payload };
}

function checkScope(presented: PresentedSignature, signingNames: readonly string[]): void {
  if (!signingNames.includes(presented.service)) {
    throw new SignatureScopeError(
      `The credential is scoped to the service "${presented.service}"; it must be "${signingNames.join('" or "')}".`,
    );
  }
  const date = longDate(presented.signedAt).slice(0, 8);
  if (presented.scopeDate !== date) {
    throw new SignatureScopeError(
      `The date ${presented.scopeDate} of the credential scope is not the signing date ${date}.`,
    );
  }
}

function checkTime({ signedAt, expiresSeconds }: PresentedSignature, now: Date): void {
  const goodForMs = expiresSeconds === undefined ? MAX_CLOCK_SKEW_MS : expiresSeconds * 1000;
  if (now.getTime() > signedAt.getTime() + goodForMs) {
    throw new SignatureTimeError(
      expiresSeconds === undefined ? 'clock-skew' : 'url-expired',
      signedAt,
      `Signature expired: signed at ${signedAt.toISOString()}, good for ${goodForMs / 1000} s, and it is ${now.toISOString()} here.`,
    );
  }
  if (signedAt.getTime() > now.getTime() + MAX_CLOCK_SKEW_MS) {
    throw new SignatureTimeError(
      'clock-skew',
      signedAt,
      `Signature not yet current: signed at ${signedAt.toISOString()}, and it is ${now.toISOString()} here.`,
    );
  }
}

/** The headers that the signature covers, and no others. */
function signedHeaders(request: SignedRequest, presented: PresentedSignature): Record<string, string> {
  const covered = new Set(presented.signedHeaders);
  const uncovered = ['host', ...Object.keys(request.headers)].find(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !covered.has(name) && !mayStayUnsigned(name, presented),
  );
  if (uncovered !== undefined) {
    throw new MalformedSignatureError(`The header "${uncovered}" must be one of the SignedHeaders.`);
  }
  const headers: Record<string, string> = {};
  for (const name of covered) {
    const value = Object.hasOwn(request.headers, name) ? request.headers[name] : undefined;
    if (value === undefined) {
      throw new MalformedSignatureError(`The signed header "${name}" is not in the request.`);
    }
    // Node reads header bytes as Latin-1; signers sign them as UTF-8.
    headers[name] = Buffer.from(Array.isArray(value) ? value.join(',') : value, 'latin1').toString();
  }
  return headers;
}

/** The signature itself binds the payload of a presigned URL, so clients leave that header unsigned. */
function mayStayUnsigned(header: string, { form }: PresentedSignature): boolean {
  return form === 'query' && header === PAYLOAD_HEADER;
}

/** What takes the place of the body's hash in the signature. */
function declaredPayload(request: SignedRequest, { form }: PresentedSignature, bodySha256: string | undefined): string {
  const header = request.headers[PAYLOAD_HEADER];
  const declared = typeof header === 'string' ? header : undefined;
  if (bodySha256 !== undefined) {
    if (declared !== undefined && declared !== bodySha256) throw new PayloadHashMismatchError();
    return bodySha256;
  }
  if (form === 'query') return queryOf(request).get('X-Amz-Content-Sha256') ?? declared ?? UNSIGNED_PAYLOAD;
  if (declared === undefined) throw new MalformedSignatureError(`The request needs the header ${PAYLOAD_HEADER}.`);
  return declared;
}

function chunkSignatures(presented: PresentedSignature, secretAccessKey: string): ChunkSignatures {
  const scope = scopeOf(presented);
  const key = signingKey(secretAccessKey, scope);
  return new ChunkSignatures(key, longDate(presented.signedAt), scope, presented.signature);
}
