import type { ChunkSignatures } from './chunk-signatures.js';
import { MalformedSignatureError } from './signature-errors.js';

/** What a verified signature still asks of the body that follows. */
export type PayloadExpectation =
  /** The body must have this SHA-256, 64 hexadecimal digits. */
  | { readonly kind: 'sha256'; readonly sha256: string }
  /** The signature does not cover the body. */
  | { readonly kind: 'unsigned' }
  /** The body is `aws-chunked`; `signatures` is there when each chunk is signed, and `trailer` says what follows the chunks. */
  | { readonly kind: 'chunked'; readonly trailer: boolean; readonly signatures?: ChunkSignatures };

/**
 * Reads an x-amz-content-sha256 value.
 *
 * @throws MalformedSignatureError
 */
export function payloadExpectation(value: string, signatures: () => ChunkSignatures): PayloadExpectation {
  if (/^[0-9a-f]{64}$/.test(value)) return { kind: 'sha256', sha256: value };
  switch (value) {
    case UNSIGNED_PAYLOAD:
      return { kind: 'unsigned' };
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { kind: 'chunked', trailer: true };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return { kind: 'chunked', trailer: false, signatures: signatures() };
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { kind: 'chunked', trailer: true, signatures: signatures() };
    default:
      throw new MalformedSignatureError(
        `x-amz-content-sha256 is "${value}"; it must be ${UNSIGNED_PAYLOAD}, a STREAMING value of Signature Version 4 or 64 hexadecimal digits.`,
      );
  }
}

export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';
