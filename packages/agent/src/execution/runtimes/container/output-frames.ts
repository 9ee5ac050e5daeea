import { Transform, type TransformCallback } from 'node:stream';

/** Stream number, three bytes of nothing, and the length of what follows. */
const HEADER_BYTES = 8;

/** Takes the engine's frames off what a container printed: standard output and error, in the order they arrived. */
export class OutputFrames extends Transform {
  /** A header that has not arrived whole. */
  #header = Buffer.alloc(0);
  /** What is left of the frame at hand. */
  #left = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    for (let rest = chunk; rest.length > 0; ) {
      if (this.#left > 0) {
        const piece = rest.subarray(0, this.#left);
        this.push(piece);
        this.#left -= piece.length;
        rest = rest.subarray(piece.length);
      } else {
        const missing = HEADER_BYTES - this.#header.length;
        this.#header = Buffer.concat([this.#header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (this.#header.length < HEADER_BYTES) break;
        this.#left = this.#header.readUInt32BE(4);
        this.#header = Buffer.alloc(0);
      }
    }
    done();
  }
}
