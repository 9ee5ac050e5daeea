import { createHash, createHmac } from 'node:crypto';
import { equalHex } from './equal-hex.js';
import { SignatureMismatchError } from './signature-errors.js';

/**
 * The chain of signatures over the chunks of an `aws-chunked` body: each covers its chunk and the signature before it,
 * the first one that of the request.
 */
export class ChunkSignatures {
  readonly #signingKey: Uint8Array;
  readonly #dateAndScope: string;
  #previous: string;

  /** @param longDate `YYYYMMDDTHHMMSSZ`. @param scope `YYYYMMDD/REGION/SERVICE/aws4_request`. */
  constructor(signingKey: Uint8Array, longDate: string, scope: string, requestSignature: string) {
    this.#signingKey = signingKey;
    this.#dateAndScope = `${longDate}\n${scope}`;
    this.#previous = requestSignature;
  }

  /**
   * Checks the next chunk; the last one is empty and is checked as well.
   *
   * @param sha256 of the content of the chunk, hexadecimal.
   * @throws SignatureMismatchError
   */
  checkChunk(sha256: string, signature: string): void {
    this.#check('AWS4-HMAC-SHA256-PAYLOAD', `${EMPTY_SHA256}\n${sha256}`, signature);
  }

  /**
   * Checks the trailer, after the last chunk.
   *
   * @param lines every trailing header but the signature, as `name:value` and a line feed.
   * @throws SignatureMismatchError
   */
  checkTrailer(lines: string, signature: string): void {
    this.#check('AWS4-HMAC-SHA256-TRAILER', createHash('sha256').update(lines).digest('hex'), signature);
  }

  #check(algorithm: string, hashes: string, signature: string): void {
    const expected = createHmac('sha256', this.#signingKey)
      .update(`${algorithm}\n${this.#dateAndScope}\n${this.#previous}\n${hashes}`)
      .digest('hex');
    if (!equalHex(expected, signature)) {
      throw new SignatureMismatchError('The signature of a chunk of the body does not match the one calculated here.');
    }
    this.#previous = expected;
  }
}

const EMPTY_SHA256 = createHash('sha256').digest('hex');
