import { createHmac } from 'node:crypto';
import { ChunkSignatures } from '@fleetune/sigv4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { awsChunkedBody } from '../fixtures/aws-chunked-body.fixture.js';
import { AwsChunkedDecoder } from './aws-chunked-decoder.js';

const signing = {
  key: createHmac('sha256', 'k').update('day').digest(),
  longDate: '20261121T090000Z',
  scope: '20261121/us-east-1/s3/aws4_request',
  seed: 'a'.repeat(64),
};

function signatures(): ChunkSignatures {
  return new ChunkSignatures(signing.key, signing.longDate, signing.scope, signing.seed);
}

/** Feeds the body in pieces that end at the given places. */
function decode(decoder: AwsChunkedDecoder, body: Buffer, cuts: readonly number[] = []): Buffer {
  const ends = [...new Set(cuts.map((cut) => cut % (body.length + 1)))].sort((a, b) => a - b);
  const content: Buffer[] = [];
  let from = 0;
  for (const end of [...ends, body.length]) {
    for (const piece of decoder.push(body.subarray(from, end))) content.push(Buffer.from(piece));
    from = end;
  }
  decoder.end();
  return Buffer.concat(content);
}

const chunks = fc.array(
  fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 5 },
);
const cuts = fc.array(fc.nat(600), { maxLength: 40 });

describe('an aws-chunked body', () => {
  it('gives its content and trailers however the network cuts it', () => {
    fc.assert(
      fc.property(chunks, cuts, fc.boolean(), fc.boolean(), (content, places, isSigned, hasTrailer) => {
        const trailers = hasTrailer ? { 'x-amz-checksum-crc32': 'AAAAAA==' } : undefined;
        const body = awsChunkedBody({ content, trailers, ...(isSigned ? { signing } : {}) });
        const decoder = new AwsChunkedDecoder({
          trailer: hasTrailer,
          ...(isSigned ? { signatures: signatures() } : {}),
        });
        expect(decode(decoder, body, places)).toEqual(Buffer.concat(content));
        expect(decoder.trailers.get('x-amz-checksum-crc32')).toBe(trailers?.['x-amz-checksum-crc32']);
      }),
      { numRuns: 500 },
    );
  });

  it('is refused when it ends anywhere before its end', () => {
    const body = awsChunkedBody({ content: [Buffer.from('abc'), Buffer.from('de')], trailers: { a: 'b' } });
    for (let length = 0; length < body.length; length++) {
      const decoder = new AwsChunkedDecoder({ trailer: true });
      expect(() => decode(decoder, body.subarray(0, length))).toThrow(/ended before/);
    }
  });

  it('is refused when a byte of its signed content or trailer was changed', () => {
    const content = [Buffer.from('some content'), Buffer.from('and more')];
    const body = awsChunkedBody({ content, trailers: { 'x-amz-checksum-crc32': 'AAAAAA==' }, signing });
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(body);
        changed[at] = (changed[at] ?? 0) ^ flip;
        const decoder = new AwsChunkedDecoder({ trailer: true, signatures: signatures() });
        let decoded: Buffer | undefined;
        try {
          decoded = decode(decoder, changed);
        } catch {
          return;
        }
        // What is left are other spellings of the same: `a` for `A` in a size, or a trailer's name.
        expect(decoded).toEqual(Buffer.concat(content));
        expect(decoder.trailers.get('x-amz-checksum-crc32')).toBe('AAAAAA==');
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['a size that is none', 'xyz\r\n'],
    ['an endless size', '1'.repeat(9000)],
    ['a line without a carriage return', '3\nabc'],
    ['more content than its size says', '3\r\nabcd\r\n0\r\n\r\n'],
    ['something behind its end', '0\r\n\r\nmore\r\n'],
    ['a trailer nobody announced', '0\r\na:b\r\n\r\n'],
  ])('is refused with %s', (_what, text) => {
    const decoder = new AwsChunkedDecoder({ trailer: false });
    expect(() => decode(decoder, Buffer.from(text))).toThrow(/not well-formed aws-chunked/);
  });

  it('is refused when its chunks have to be signed and are not', () => {
    const decoder = new AwsChunkedDecoder({ trailer: false, signatures: signatures() });
    expect(() => decode(decoder, Buffer.from('3\r\nabc\r\n0\r\n\r\n'))).toThrow(/no signature/);
  });
});
