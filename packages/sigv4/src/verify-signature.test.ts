import { createHash } from 'node:crypto';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claimedSigningName, type SignedRequest } from './presented-signature.js';
import {
  MalformedSignatureError,
  MissingSignatureError,
  PayloadHashMismatchError,
  SignatureMismatchError,
  SignatureScopeError,
  SignatureTimeError,
  UnknownAccessKeyError,
} from './signature-errors.js';
import { type VerifyOptions, verifySignature } from './verify-signature.js';

const KEY = { accessKeyId: 'AKIAFLEETUNE0000TEST', secretAccessKey: 'correct/horse+battery=staple' };
const NOW = new Date('2026-11-21T09:00:00Z');
const EMPTY = createHash('sha256').digest('hex');
const S3 = { signingNames: ['s3'], normalizesPath: false };
const SAGEMAKER = { signingNames: ['sagemaker'], normalizesPath: true };

const options: VerifyOptions = {
  findSecret: (id) => (id === KEY.accessKeyId ? KEY.secretAccessKey : undefined),
  now: NOW,
  service: S3,
};

interface Unsigned {
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string | string[]>;
  readonly headers?: Record<string, string>;
  readonly service?: string;
  readonly body?: string;
}

function signer(service = 's3') {
  return new SignatureV4({
    credentials: KEY,
    region: 'eu-west-1',
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: service === 's3',
  });
}

function request({ method = 'GET', path = '/bucket/key', query = {}, headers = {}, body }: Unsigned) {
  const all = { host: 'localhost:8080', ...headers };
  return { method, protocol: 'http:', hostname: 'localhost', path, query, headers: all, body };
}

function urlOf(path: string, query: Record<string, string | string[] | null> = {}): string {
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      [value ?? ''].flat().map((each): [string, string] => [name, each]),
    ),
  ).toString();
  return search === '' ? path : `${path}?${search.replaceAll('+', '%20')}`;
}

async function signed(unsigned: Unsigned = {}, signingDate = NOW): Promise<SignedRequest & { url: string }> {
  const { method, path, query, headers } = await signer(unsigned.service).sign(request(unsigned), { signingDate });
  return { method, url: urlOf(path, query), headers };
}

async function presigned(unsigned: Unsigned = {}, expiresIn = 3600): Promise<SignedRequest & { url: string }> {
  const payload = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  const { method, path, query, headers } = await signer().presign(
    request({ ...unsigned, headers: { ...unsigned.headers, ...payload } }),
    { signingDate: NOW, expiresIn, unsignableHeaders: new Set(['x-amz-content-sha256']) },
  );
  return { method, url: urlOf(path, query), headers };
}

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });

function escaped(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

describe('a signature in the Authorization header', () => {
  it('is accepted for any path, query and headers, however the client escapes the path', async () => {
    const parts = fc.array(text, { minLength: 1, maxLength: 4 });
    const query = fc.dictionary(text, fc.oneof(text, fc.constant(''), fc.array(text, { minLength: 2, maxLength: 3 })));
    const value = fc.string({ unit: fc.constantFrom('a', 'Z', '0', ' ', '"', ',', '=') });
    await fc.assert(
      fc.asyncProperty(parts, query, value, async (keyParts, names, header) => {
        const sent = await signed({
          path: `/${keyParts.map(escaped).join('/')}`,
          query: names,
          headers: { 'x-amz-meta-a': header },
        });
        const verified = verifySignature(sent, options);
        expect(verified).toEqual({
          accessKeyId: KEY.accessKeyId,
          region: 'eu-west-1',
          service: 's3',
          payload: { kind: 'sha256', sha256: EMPTY },
        });
        const lessEscaped = sent.url.replaceAll('%7E', '~').replaceAll('%21', '!').replaceAll('%2A', '*');
        verifySignature({ ...sent, url: lessEscaped }, options);
      }),
      { numRuns: 200 },
    );
  });

  it('is accepted for any path of the other services, which sign paths without dots and empty parts', async () => {
    const part = fc.oneof(text.map(escaped), fc.constantFrom('.', '..', '', 'a%2Fb', '~', "it's"));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), async (parts) => {
        const sent = await signed({ path: `/${parts.join('/')}`, service: 'sagemaker', method: 'POST' });
        verifySignature(sent, { ...options, service: SAGEMAKER, bodySha256: EMPTY });
      }),
      { numRuns: 200 },
    );
  });

  it('keeps double slashes and dots in paths of S3', async () => {
    const sent = await signed({ path: '/bucket//a/../b' });
    verifySignature(sent, options);
    expect(() => verifySignature({ ...sent, url: '/bucket/b' }, options)).toThrow(SignatureMismatchError);
  });

  it('is refused when method, path, query, a header or the payload was changed', async () => {
    const sent = await signed({ query: { a: '1' }, headers: { 'x-amz-meta-a': 'b' } });
    const changes: SignedRequest[] = [
      { ...sent, method: 'DELETE' },
      { ...sent, url: '/bucket/other?a=1' },
      { ...sent, url: '/bucket/key?a=2' },
      { ...sent, headers: { ...sent.headers, 'x-amz-meta-a': 'c' } },
      { ...sent, headers: { ...sent.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
    ];
    for (const changed of changes) {
      expect(() => verifySignature(changed, options)).toThrow(SignatureMismatchError);
    }
  });

  it('is refused with another secret, an unknown key, another service or none at all', async () => {
    const sent = await signed();
    expect(() => verifySignature(sent, { ...options, findSecret: () => 'other' })).toThrow(SignatureMismatchError);
    expect(() => verifySignature(sent, { ...options, findSecret: () => undefined })).toThrow(UnknownAccessKeyError);
    expect(() => verifySignature(sent, { ...options, service: SAGEMAKER })).toThrow(SignatureScopeError);
    expect(() => verifySignature({ ...sent, headers: { host: 'localhost' } }, options)).toThrow(MissingSignatureError);
  });

  it.each([
    [14, true],
    [16, false],
    [-14, true],
    [-16, false],
  ])('made by a clock %i minutes behind: accepted is %s', async (minutes, accepted) => {
    const sent = await signed({}, new Date(NOW.getTime() - minutes * 60_000));
    const verify = () => verifySignature(sent, options);
    if (accepted) verify();
    else expect(verify).toThrow(expect.objectContaining({ name: 'SignatureTimeError', reason: 'clock-skew' }));
  });

  it('is malformed when it leaves out what it must cover or say', async () => {
    const sent = await signed();
    const authorization = String(sent.headers.authorization);
    const { 'x-amz-date': _date, ...undated } = sent.headers;
    const { 'x-amz-content-sha256': _hash, ...unhashed } = sent.headers;
    const changes = [
      { ...sent.headers, 'x-amz-late': 'addition' },
      { ...sent.headers, authorization: authorization.replace('host;', '') },
      { ...sent.headers, authorization: authorization.replace('host;', 'host;if-match;') },
      { ...sent.headers, authorization: authorization.replace('AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256') },
      { ...sent.headers, authorization: authorization.replace('/s3/aws4_request', '/aws4_request') },
      { ...sent.headers, authorization: authorization.replace(/Signature=.{10}/, 'Signature=') },
      undated,
      unhashed,
    ];
    for (const headers of changes) {
      expect(() => verifySignature({ ...sent, headers }, options)).toThrow(MalformedSignatureError);
    }
  });

  it('covers the body itself where the service has read it', async () => {
    const body = '{"a":1}';
    const bodySha256 = createHash('sha256').update(body).digest('hex');
    const sent = await signed({ method: 'POST', path: '/', service: 'sagemaker', body });
    const { payload } = verifySignature(sent, { ...options, service: SAGEMAKER, bodySha256 });
    expect(payload).toEqual({ kind: 'sha256', sha256: bodySha256 });
    expect(() => verifySignature(sent, { ...options, service: SAGEMAKER, bodySha256: EMPTY })).toThrow(
      SignatureMismatchError,
    );
    const declared = await signed({ headers: { 'x-amz-content-sha256': EMPTY } });
    expect(() => verifySignature(declared, { ...options, bodySha256 })).toThrow(PayloadHashMismatchError);
  });

  it.each([
    ['UNSIGNED-PAYLOAD', { kind: 'unsigned' }],
    ['STREAMING-UNSIGNED-PAYLOAD-TRAILER', { kind: 'chunked', trailer: true }],
    ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD', { kind: 'chunked', trailer: false, signatures: expect.anything() }],
    ['STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', { kind: 'chunked', trailer: true, signatures: expect.anything() }],
  ])('with the payload %s says what to check', async (value, payload) => {
    const sent = await signed({ headers: { 'x-amz-content-sha256': value } });
    expect(verifySignature(sent, options).payload).toEqual(payload);
  });

  it('is malformed with a payload that nobody knows', async () => {
    const sent = await signed({ headers: { 'x-amz-content-sha256': 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' } });
    expect(() => verifySignature(sent, options)).toThrow(MalformedSignatureError);
  });
});

describe('a presigned URL', () => {
  it('is accepted until it expires, with the body left open', async () => {
    const sent = await presigned({ query: { 'response-content-type': 'text/plain' } });
    expect(verifySignature(sent, options).payload).toEqual({ kind: 'unsigned' });
    const at = (minutes: number) => ({ ...options, now: new Date(NOW.getTime() + minutes * 60_000) });
    verifySignature(sent, at(59));
    const expired = { name: 'SignatureTimeError', reason: 'url-expired' };
    expect(() => verifySignature(sent, at(61))).toThrow(expect.objectContaining(expired));
    expect(() => verifySignature(sent, at(-16))).toThrow(SignatureTimeError);
  });

  it('is refused when anything of it was changed', async () => {
    const sent = await presigned();
    for (const url of [
      sent.url.replace('/bucket/key', '/bucket/other'),
      sent.url.replace('X-Amz-Expires=3600', 'X-Amz-Expires=36000'),
      sent.url.replace(/X-Amz-Signature=[0-9a-f]{8}/, 'X-Amz-Signature=00000000'),
      `${sent.url}&versionId=1`,
    ]) {
      expect(() => verifySignature({ ...sent, url }, options)).toThrow(SignatureMismatchError);
    }
    const tooLong = sent.url.replace('X-Amz-Expires=3600', 'X-Amz-Expires=604801');
    expect(() => verifySignature({ ...sent, url: tooLong }, options)).toThrow(MalformedSignatureError);
  });
});

it('tells the service a request says it is for', async () => {
  expect(claimedSigningName(await signed())).toBe('s3');
  expect(claimedSigningName(await presigned())).toBe('s3');
  expect(claimedSigningName(await signed({ service: 'sagemaker' }))).toBe('sagemaker');
  expect(claimedSigningName({ url: '/', headers: {} })).toBeUndefined();
});

/** The example of a chunked upload in Amazon's documentation of Signature Version 4. */
it('follows the published chain of chunk signatures', async () => {
  const date = new Date('2013-05-24T00:00:00Z');
  const sent: SignedRequest = {
    method: 'PUT',
    url: '/examplebucket/chunkObject.txt',
    headers: {
      host: 's3.amazonaws.com',
      'x-amz-date': '20130524T000000Z',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': '66560',
      'content-length': '66824',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    },
  };
  const { payload } = verifySignature(sent, {
    findSecret: () => 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    now: date,
    service: S3,
  });
  if (payload.kind !== 'chunked' || payload.signatures === undefined) throw new Error('not chunked');
  const sha256 = (bytes: number) => createHash('sha256').update('a'.repeat(bytes)).digest('hex');
  payload.signatures.checkChunk(sha256(65536), 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648');
  payload.signatures.checkChunk(sha256(1024), '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497');
  expect(() => payload.signatures?.checkChunk(sha256(0), '0'.repeat(64))).toThrow(SignatureMismatchError);
  payload.signatures.checkChunk(sha256(0), 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9');
});
