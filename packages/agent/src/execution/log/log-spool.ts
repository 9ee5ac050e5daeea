import { close as closeFile, mkdirSync, openSync, writev as writeBuffers } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LogReader } from '../attempt-execution.js';

const writev = promisify(writeBuffers);
const close = promisify(closeFile);
const SEGMENTS = 8;

interface Segment {
  readonly path: string;
  /** Offset of its first byte in all that was ever printed. */
  readonly start: number;
  end: number;
}

/**
 * What a program printed, on disk and bounded: when it grows past its limit the oldest eighth goes, and reading starts
 * later. Appending never waits for whoever reads.
 */
export class LogSpool implements LogReader {
  readonly #folder: string;
  readonly #segmentBytes: number;
  readonly #capacityBytes: number;
  readonly #onGrew: () => void;
  readonly #segments: Segment[] = [];
  #file: number | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #printed = 0;
  #settled: Promise<void> | undefined;

  /** @param onGrew called after each write, when there is more to read. */
  constructor(folder: string, capacityBytes: number, onGrew: () => void) {
    this.#folder = folder;
    this.#capacityBytes = capacityBytes;
    this.#segmentBytes = Math.max(4096, Math.floor(capacityBytes / SEGMENTS));
    this.#onGrew = onGrew;
  }

  get length(): number {
    return this.#printed;
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

  async read(offset: number, maxBytes: number): Promise<{ readonly offset: number; readonly data: Uint8Array }> {
    for (;;) {
      const segment = this.#segments.find((candidate) => candidate.end > offset);
      if (segment === undefined) return { offset: Math.min(offset, this.#printed), data: new Uint8Array(0) };
      const from = Math.max(offset, segment.start);
      const data = await readSegment(segment, from, maxBytes);
      // Undefined: it was dropped in between; look again for what is left.
      if (data !== undefined) return { offset: from, data };
    }
  }

  /** The last bytes, for error messages. */
  async tail(maxBytes: number): Promise<Uint8Array> {
    await this.flushed();
    const pieces: Uint8Array[] = [];
    let offset = Math.max(0, this.#printed - maxBytes);
    while (offset < this.#printed) {
      const piece = await this.read(offset, maxBytes);
      if (piece.data.length === 0) break;
      pieces.push(piece.data);
      offset = piece.offset + piece.data.length;
    }
    return Buffer.concat(pieces);
  }

  /** Closes the file being written. Reading goes on working. */
  async close(): Promise<void> {
    await this.flushed();
    await this.#endSegment();
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const { batch, bytes } = this.#nextBatch();
      try {
        const file = this.#currentFile();
        await writeFully(file, batch, bytes);
        this.#printed += bytes;
        const current = this.#segments.at(-1);
        if (current !== undefined) current.end = this.#printed;
      } catch {
        // The disk is full or broken. The program goes on; what could not be kept becomes a gap.
        this.#printed += bytes;
        await this.#endSegment();
      }
      this.#waitingBytes -= bytes;
      await this.#makeRoom();
      this.#onGrew();
    }
    this.#settled = undefined;
  }

  /** At most about a segment, so that dropping the oldest segment keeps most of what there is. */
  #nextBatch(): { readonly batch: Buffer[]; readonly bytes: number } {
    let bytes = 0;
    let count = 0;
    while (count < this.#waiting.length && bytes < this.#segmentBytes) bytes += this.#waiting[count++]?.length ?? 0;
    return { batch: this.#waiting.splice(0, count), bytes };
  }

  #currentFile(): number {
    if (this.#file !== undefined) return this.#file;
    if (this.#segments.length === 0) mkdirSync(this.#folder, { recursive: true });
    const path = join(this.#folder, String(this.#printed).padStart(16, '0'));
    this.#file = openSync(path, 'w');
    this.#segments.push({ path, start: this.#printed, end: this.#printed });
    return this.#file;
  }

  async #makeRoom(): Promise<void> {
    const current = this.#segments.at(-1);
    if (current !== undefined && current.end - current.start >= this.#segmentBytes) await this.#endSegment();
    const size = () => this.#segments.reduce((sum, segment) => sum + segment.end - segment.start, 0);
    while (this.#segments.length > 1 && size() > this.#capacityBytes) {
      const oldest = this.#segments.shift();
      if (oldest !== undefined) await unlink(oldest.path).catch(() => undefined);
    }
  }

  async #endSegment(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    if (file !== undefined) await close(file).catch(() => undefined);
  }
}

async function writeFully(file: number, batch: Buffer[], bytes: number): Promise<void> {
  let buffers: Buffer[] = batch;
  let left = bytes;
  for (;;) {
    const { bytesWritten } = await writev(file, buffers.slice(0, 512));
    left -= bytesWritten;
    if (left === 0) return;
    buffers = [Buffer.concat(buffers).subarray(bytesWritten)];
  }
}

async function readSegment(segment: Segment, from: number, maxBytes: number): Promise<Uint8Array | undefined> {
  const handle = await open(segment.path).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const wanted = Math.min(maxBytes, segment.end - from);
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, from - segment.start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
