import { createHash } from 'node:crypto';
import { PayloadHashMismatchError } from '@fleetune/sigv4';
import { header, type S3Call } from '../s3-call.js';
import { invalidRequest, S3Error } from '../s3-error.js';
import { AwsChunkedDecoder } from './aws-chunked-decoder.js';
import { type ChecksumName, type Checksums, isChecksumName, type RunningChecksum, startChecksum } from './checksum.js';
import { untilIdle } from './until-idle.js';

export interface ReceivedBody {
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly md5: string;
  /** Those that the client sent, all verified. */
  readonly checksums: Checksums;
}

/** Takes the content, and settles when more may come. */
export type Sink = (content: Buffer) => Promise<void>;

/**
 * Reads the body of a request to its end, takes its framing off and verifies everything the client said of it: the hash it
 * signed, its length, Content-MD5 and checksums in headers or trailers. Memory does not grow with the body.
 *
 * @throws S3Error, SignatureError when the body is not what was announced; the sink has then had some of it.
 */
export async function receiveBody(call: S3Call, sink: Sink): Promise<ReceivedBody> {
  const decoder = call.payload.kind === 'chunked' ? new AwsChunkedDecoder(call.payload) : undefined;
  const expectedBytes = announcedBytes(call, decoder !== undefined);
  const checks = await startChecks(call);
  const md5 = createHash('md5');
  const sha256 = call.payload.kind === 'sha256' ? createHash('sha256') : undefined;
  let sizeBytes = 0;
  for await (const piece of untilIdle(call.body, call.idleTimeoutMs)) {
    for (const content of decoder?.push(piece) ?? [piece]) {
      sizeBytes += content.length;
      if (sizeBytes > expectedBytes) throw incomplete(expectedBytes, sizeBytes);
      // The disk writes while this thread hashes.
      const written = sink(content);
      md5.update(content);
      sha256?.update(content);
      for (const { running } of checks) running.update(content);
      await written;
    }
  }
  decoder?.end();
  if (sizeBytes !== expectedBytes) throw incomplete(expectedBytes, sizeBytes);
  if (call.payload.kind === 'sha256' && sha256?.digest('hex') !== call.payload.sha256) {
    throw new PayloadHashMismatchError();
  }
  const md5Digest = md5.digest();
  checkMd5(call, md5Digest);
  return { sizeBytes, md5: md5Digest.toString('hex'), checksums: settle(call, checks, decoder?.trailers) };
}

/** A small body as text, verified the same way. */
export async function receiveText(call: S3Call, limitBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  await receiveBody(call, async (content) => {
    sizeBytes += content.length;
    if (sizeBytes > limitBytes) {
      throw new S3Error('MaxMessageLengthExceeded', 400, `The body is larger than ${limitBytes} bytes.`);
    }
    pieces.push(Buffer.from(content));
  });
  return Buffer.concat(pieces).toString();
}

function announcedBytes(call: S3Call, chunked: boolean): number {
  const text = header(call, chunked ? 'x-amz-decoded-content-length' : 'content-length');
  // A request without a body has neither a length nor chunks.
  if (text === undefined && !chunked && call.headers['transfer-encoding'] === undefined) return 0;
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw new S3Error('MissingContentLength', 411, 'The length of the content must be given in the headers.');
  }
  return Number(text);
}

function incomplete(expectedBytes: number, sizeBytes: number): S3Error {
  return new S3Error(
    'IncompleteBody',
    400,
    `The body has ${sizeBytes > expectedBytes ? 'more than' : `only ${sizeBytes} of`} the ${expectedBytes} bytes that were announced.`,
  );
}

interface Check {
  readonly name: ChecksumName;
  readonly running: RunningChecksum;
}

async function startChecks(call: S3Call): Promise<readonly Check[]> {
  const announced = `${header(call, 'x-amz-trailer') ?? ''},${Object.keys(call.headers).join(',')}`;
  const names = announced
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name.startsWith(CHECKSUM_HEADER))
    .map((name) => name.slice(CHECKSUM_HEADER.length))
    .filter(isChecksumName);
  return Promise.all([...new Set(names)].map(async (name) => ({ name, running: await startChecksum(name) })));
}

function settle(call: S3Call, checks: readonly Check[], trailers: ReadonlyMap<string, string> | undefined): Checksums {
  return Object.fromEntries(
    checks.map(({ name, running }) => {
      const given = trailers?.get(CHECKSUM_HEADER + name) ?? header(call, CHECKSUM_HEADER + name);
      if (given === undefined)
        throw invalidRequest(`The trailer ${CHECKSUM_HEADER}${name} was announced and did not come.`);
      const calculated = running.digest();
      if (given !== calculated) throw badDigest(`${name.toUpperCase()} checksum`);
      return [name, calculated];
    }),
  );
}

function checkMd5(call: S3Call, digest: Buffer): void {
  const given = header(call, 'content-md5');
  if (given === undefined) return;
  if (!/^[A-Za-z0-9+/]{22}==$/.test(given)) {
    throw new S3Error('InvalidDigest', 400, 'The Content-MD5 header is not the Base64 of an MD5.');
  }
  if (given !== digest.toString('base64')) throw badDigest('Content-MD5');
}

function badDigest(what: string): S3Error {
  return new S3Error('BadDigest', 400, `The ${what} you specified did not match what was received.`);
}

const CHECKSUM_HEADER = 'x-amz-checksum-';
