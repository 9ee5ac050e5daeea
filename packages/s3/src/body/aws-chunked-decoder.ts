import { createHash, type Hash } from 'node:crypto';
import type { ChunkSignatures } from '@fleetune/sigv4';
import { S3Error } from '../s3-error.js';

const MAX_LINE_BYTES = 8 * 1024;
const MAX_TRAILER_LINES = 32;

/**
 * Takes the framing of an `aws-chunked` body off: `SIZE[;chunk-signature=HEX] CRLF content CRLF`, an empty chunk at the end,
 * then trailing headers and an empty line. Fed with any pieces of the body, it hands the content on without copying it.
 */
export class AwsChunkedDecoder {
  readonly #expectsTrailer: boolean;
  readonly #signatures: ChunkSignatures | undefined;
  #state: 'size' | 'content' | 'content-end' | 'last-end' | 'trailer' | 'done' = 'size';
  #line = Buffer.alloc(0);
  #leftInChunk = 0;
  #chunkHash: Hash | undefined;
  #chunkSignature = '';
  #trailerLines: string[] = [];
  /** Trailing headers by their lower-case names; complete after {@link end}. */
  readonly trailers = new Map<string, string>();

  constructor(options: { readonly trailer: boolean; readonly signatures?: ChunkSignatures }) {
    this.#expectsTrailer = options.trailer;
    this.#signatures = options.signatures;
  }

  /**
   * The content in the next piece of the body.
   *
   * @throws S3Error when the framing is broken. @throws SignatureMismatchError when a chunk is not the signed one.
   */
  *push(piece: Buffer): Iterable<Buffer> {
    let at = 0;
    while (at < piece.length) {
      if (this.#state === 'content') {
        const content = piece.subarray(at, at + this.#leftInChunk);
        at += content.length;
        this.#leftInChunk -= content.length;
        this.#chunkHash?.update(content);
        if (this.#leftInChunk === 0) this.#state = 'content-end';
        yield content;
      } else {
        const lineFeed = piece.indexOf(LINE_FEED, at);
        const end = lineFeed === -1 ? piece.length : lineFeed + 1;
        this.#line = Buffer.concat([this.#line, piece.subarray(at, end)]);
        at = end;
        if (this.#line.length > MAX_LINE_BYTES) throw malformed('a line is too long');
        if (lineFeed !== -1) this.#takeLine();
      }
    }
  }

  /** @throws S3Error IncompleteBody when the body ended before its last chunk or trailer did. */
  end(): void {
    // Some clients leave out the empty line at the very end when there is no trailer.
    if (this.#state === 'last-end' && this.#line.length === 0) this.#state = 'done';
    if (this.#state !== 'done') {
      throw new S3Error('IncompleteBody', 400, 'The aws-chunked body ended before its last chunk.');
    }
  }

  #takeLine(): void {
    if (this.#line.at(-2) !== CARRIAGE_RETURN) throw malformed('a line does not end in CR LF');
    const line = this.#line.toString('latin1', 0, this.#line.length - 2);
    this.#line = Buffer.alloc(0);
    switch (this.#state) {
      case 'size':
        return this.#beginChunk(line);
      case 'content-end':
        if (line !== '') throw malformed('a chunk is longer than it says');
        this.#checkChunk();
        this.#state = 'size';
        return;
      case 'last-end':
        if (line !== '') throw malformed('a trailer that was not announced');
        this.#state = 'done';
        return;
      case 'trailer':
        return this.#takeTrailerLine(line);
      default:
        throw malformed('something follows its end');
    }
  }

  #beginChunk(line: string): void {
    const [, size, signature] = CHUNK_HEAD.exec(line) ?? [];
    if (size === undefined) throw malformed(`"${line.slice(0, 80)}" is not the head of a chunk`);
    this.#leftInChunk = Number.parseInt(size, 16);
    if (this.#signatures !== undefined) {
      if (signature === undefined) throw malformed('a chunk has no signature');
      this.#chunkHash = createHash('sha256');
      this.#chunkSignature = signature;
    }
    if (this.#leftInChunk > 0) {
      this.#state = 'content';
      return;
    }
    this.#checkChunk();
    this.#state = this.#expectsTrailer ? 'trailer' : 'last-end';
  }

  #checkChunk(): void {
    if (this.#chunkHash === undefined) return;
    this.#signatures?.checkChunk(this.#chunkHash.digest('hex'), this.#chunkSignature);
    this.#chunkHash = undefined;
  }

  #takeTrailerLine(line: string): void {
    if (line !== '') {
      this.#trailerLines.push(line);
      if (this.#trailerLines.length > MAX_TRAILER_LINES) throw malformed('it has too many trailers');
      const colon = line.indexOf(':');
      if (colon < 1) throw malformed(`"${line.slice(0, 80)}" is not a trailer`);
      this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
      return;
    }
    const signature = this.trailers.get(TRAILER_SIGNATURE);
    if (this.#signatures !== undefined) {
      const signed = [...this.trailers].filter(([name]) => name !== TRAILER_SIGNATURE);
      if (signature === undefined) throw malformed('its trailer is not signed');
      this.#signatures.checkTrailer(signed.map(([name, value]) => `${name}:${value}\n`).join(''), signature);
    }
    this.#state = 'done';
  }
}

const CHUNK_HEAD = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/;
const TRAILER_SIGNATURE = 'x-amz-trailer-signature';
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

function malformed(fault: string): S3Error {
  return new S3Error('InvalidRequest', 400, `The body is not well-formed aws-chunked: ${fault}.`);
}
