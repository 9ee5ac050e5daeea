import { execFile } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, read as readAt, readFileSync, write, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { LogReader } from '../attempt-execution.js';

const writeBuffer = promisify(write);
const readInto = promisify(readAt);
/** An eighth of what may be kept goes at once, so that room is made seldom. */
const KEPT_PART = 7 / 8;
const BLOCK_BYTES = 64 * 1024;
/** A log that grows may be so much over its limit: making a hole starts a program. */
const SLACK_BYTES = 16 * 1024 * 1024;

/**
 * What a program printed, in one file that it is appended to: by this process, or by the program's supervisor, or by both.
 * Offsets are those of the file. When it grows past its limit the oldest eighth becomes a hole, which takes no room, and
 * reading starts later; where the file system has no holes, the file counts against the attempt's volume like all the
 * program writes. Appending never waits for whoever reads.
 */
export class LogFile implements LogReader {
  readonly #path: string;
  readonly #capacityBytes: number;
  readonly #onGrew: () => void;
  #file: number | undefined;
  #isClosed = false;
  #length = 0;
  /** Everything before is a hole. */
  #start: number;
  #canMakeHoles = true;
  #mayDropUntil = 0;
  #makingRoom: Promise<void> | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #lostBytes = 0;
  #settled: Promise<void> | undefined;

  /**
   * @param path continued when it is there already.
   * @param onGrew called when there is more to read.
   */
  constructor(path: string, capacityBytes: number, onGrew: () => void) {
    this.#path = path;
    this.#capacityBytes = capacityBytes;
    this.#onGrew = onGrew;
    this.#start = readStart(path);
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes accepted but not yet on disk. The caller pauses its source when this grows. */
  get backlogBytes(): number {
    return this.#waitingBytes;
  }

  /** Takes ownership of `chunk`. */
  append(chunk: Buffer): void {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#settled ??= this.#write();
  }

  /** Resolves when everything appended so far is on disk. */
  async flushed(): Promise<void> {
    while (this.#settled !== undefined) await this.#settled;
  }

  /** Resolves when everything is on disk, and what is beyond the limit is not. */
  async settled(): Promise<void> {
    await this.flushed();
    await this.#makingRoom;
    const start = this.#nextStart(0);
    if (start !== undefined) await this.#makeHole(start);
  }

  /** Takes notice of what others have appended. */
  look(): void {
    const file = this.#opened();
    if (file === undefined) return;
    const length = fstatSync(file).size;
    if (length <= this.#length) return;
    this.#length = length;
    this.#onGrew();
  }

  async read(offset: number, maxBytes: number): Promise<{ readonly offset: number; readonly data: Uint8Array }> {
    for (;;) {
      const from = Math.max(offset, this.#start);
      const wanted = Math.min(maxBytes, this.#length - from);
      const file = wanted > 0 ? this.#opened() : undefined;
      if (file === undefined) return { offset: Math.min(from, this.#length), data: new Uint8Array(0) };
      const { bytesRead, buffer } = await readInto(file, Buffer.allocUnsafe(wanted), 0, wanted, from);
      // Read while it became a hole: look again for what is left.
      if (from >= this.#start) return { offset: from, data: buffer.subarray(0, bytesRead) };
    }
  }

  /** The last bytes, for error messages. */
  async tail(maxBytes: number): Promise<Uint8Array> {
    await this.flushed();
    return (await this.read(Math.max(0, this.#length - maxBytes), maxBytes)).data;
  }

  /** Drops what is far beyond the limit, but nothing after `untilOffset`. */
  makeRoom(untilOffset: number): void {
    this.#mayDropUntil = untilOffset;
    const start = this.#makingRoom === undefined ? this.#nextStart(SLACK_BYTES) : undefined;
    if (start === undefined) return;
    this.#makingRoom = this.#makeHole(start).finally(() => {
      this.#makingRoom = undefined;
    });
  }

  /** Ends reading and writing; nobody may be at it any more. */
  async close(): Promise<void> {
    await this.settled();
    this.#isClosed = true;
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.length === 1 ? this.#waiting[0] : Buffer.concat(this.#waiting);
      this.#waiting = [];
      const bytes = batch?.length ?? 0;
      try {
        if (batch !== undefined) await this.#writeFully(batch);
        this.look();
        this.makeRoom(this.#length);
      } catch {
        // The disk is full or broken. The program goes on, and its log says what could not be kept.
        this.#lostBytes += bytes;
      }
      this.#waitingBytes -= bytes;
    }
    this.#settled = undefined;
  }

  async #writeFully(batch: Buffer): Promise<void> {
    const file = this.#opened();
    if (file === undefined) throw new Error(`${this.#path} cannot be opened.`);
    let left: Buffer = batch;
    if (this.#lostBytes > 0) {
      const note = `fleetune: the disk took no more; ${this.#lostBytes} bytes of output are missing here\n`;
      left = Buffer.concat([Buffer.from(note), batch]);
    }
    while (left.length > 0) {
      const { bytesWritten } = await writeBuffer(file, left);
      left = left.subarray(bytesWritten);
    }
    this.#lostBytes = 0;
  }

  /** Up to where the log has to become a hole; undefined when it may stay as it is. */
  #nextStart(slackBytes: number): number | undefined {
    if (!this.#canMakeHoles || this.#length - this.#start <= this.#capacityBytes + slackBytes) return undefined;
    const wanted = Math.min(this.#mayDropUntil, this.#length - Math.floor(this.#capacityBytes * KEPT_PART));
    const start = Math.floor(wanted / BLOCK_BYTES) * BLOCK_BYTES;
    return start > this.#start ? start : undefined;
  }

  async #makeHole(start: number): Promise<void> {
    const from = this.#start;
    this.#start = start;
    try {
      writeFileSync(startPath(this.#path), String(start));
      const range = ['--offset', String(from), '--length', String(start - from)];
      await promisify(execFile)('fallocate', ['--punch-hole', ...range, this.#path]);
    } catch {
      // No such program, or no holes on this file system: what has been dropped so far stays on the disk.
      this.#canMakeHoles = false;
    }
  }

  #opened(): number | undefined {
    if (this.#file !== undefined || this.#isClosed) return this.#file;
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      this.#file = openSync(this.#path, 'a+', 0o600);
    } catch {
      // Nothing can be kept here, now.
    }
    return this.#file;
  }
}

function startPath(path: string): string {
  return `${path}.start`;
}

function readStart(path: string): number {
  try {
    return Number(readFileSync(startPath(path), 'utf8')) || 0;
  } catch {
    return 0;
  }
}
