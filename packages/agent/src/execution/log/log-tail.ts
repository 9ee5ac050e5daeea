import type { LogFile } from './log-file.js';

const CHUNK_BYTES = 256 * 1024;

/** Reads a log that others write, as it grows: each byte once, in order. */
export class LogTail {
  readonly #log: LogFile;
  readonly #onOutput: (chunk: Buffer, nextOffset: number) => void;
  #position: number;
  #pulling: Promise<void> | undefined;

  /** @param onOutput gets each piece, and the offset where the next begins. */
  constructor(log: LogFile, from: number, onOutput: (chunk: Buffer, nextOffset: number) => void) {
    this.#log = log;
    this.#position = from;
    this.#onOutput = onOutput;
  }

  /** Bytes that are there and not read yet. */
  get behindBytes(): number {
    return Math.max(0, this.#log.length - this.#position);
  }

  /** Reads what is there; resolves when it has come to the end. */
  pull(): Promise<void> {
    this.#pulling ??= this.#pullAll().finally(() => {
      this.#pulling = undefined;
    });
    return this.#pulling;
  }

  /** Resolves when all that was there at the call is read. */
  async caughtUp(): Promise<void> {
    this.#log.look();
    while (this.behindBytes > 0) {
      const before = this.#position;
      await this.pull();
      if (this.#position === before) return;
    }
  }

  async #pullAll(): Promise<void> {
    while (this.behindBytes > 0) {
      const { offset, data } = await this.#log.read(this.#position, CHUNK_BYTES);
      if (data.length === 0) return;
      this.#position = offset + data.length;
      this.#onOutput(Buffer.from(data.buffer, data.byteOffset, data.length), this.#position);
      this.#log.makeRoom(this.#position);
      this.#log.look();
    }
  }
}
