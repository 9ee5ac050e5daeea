import type { JobService, LogSlice } from '@fleetune/scheduler';
import { LineSplitter, type LogLine } from './line-splitter.js';

const READ_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** The log of a training job's newest attempt, read by lines, from anywhere. */
export class TrainingLog {
  readonly #read: (fromOffset: number, maxBytes: number) => Promise<LogSlice>;

  constructor(jobs: JobService, tenant: string, jobName: string) {
    this.#read = (fromOffset, maxBytes) => jobs.trainingJobLog(tenant, jobName, { fromOffset, maxBytes });
  }

  /**
   * The lines from an offset on, which must be the beginning of one. A last line without a newline comes only when the
   * attempt has ended: it may still grow until then.
   */
  async *lines(fromOffset: number): AsyncGenerator<LogLine> {
    const splitter = new LineSplitter();
    for (let offset = fromOffset; ; ) {
      const slice = await this.#read(offset, READ_BYTES);
      for (const chunk of slice.chunks) yield* splitter.push(chunk);
      if (slice.chunks.length === 0) {
        if (slice.complete) yield* splitter.end();
        return;
      }
      offset = slice.nextOffset;
    }
  }

  /** Where the lines written at or after a time begin. */
  async offsetAt(timeMs: number): Promise<number> {
    const offset = await this.#firstOffset(({ chunks: [first] }) => first === undefined || first.timestampMs >= timeMs);
    const start = await this.lineStart(offset);
    if (start === offset) return offset;
    // The line that is under way there began before the time.
    for await (const line of this.lines(start)) {
      if (line.offset >= offset) return line.offset;
    }
    return start;
  }

  /** The offset behind the last byte that has been written. */
  endOffset(): Promise<number> {
    return this.#firstOffset(({ chunks }) => chunks.length === 0);
  }

  /** The beginning of the line that goes through an offset, which is the offset itself after a newline. */
  async lineStart(offset: number): Promise<number> {
    for (let end = offset; end > 0; ) {
      const start = Math.max(0, end - READ_BYTES);
      const bytes = await this.#bytes(start, end);
      const newline = bytes.lastIndexOf(NEWLINE);
      if (newline !== -1) return start + newline + 1;
      end = start;
    }
    return 0;
  }

  async #bytes(from: number, to: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for (let offset = from; offset < to; ) {
      const slice = await this.#read(offset, to - offset);
      if (slice.chunks.length === 0) break;
      parts.push(...slice.chunks.map((chunk) => chunk.data));
      offset = slice.nextOffset;
    }
    return Buffer.concat(parts).subarray(0, to - from);
  }

  /**
   * The first offset at which `holds` does, by probing: it must hold behind the end, and everywhere after its first time.
   */
  async #firstOffset(holds: (slice: LogSlice) => boolean): Promise<number> {
    // It does not hold before `low`, and holds at `high`.
    let low = 0;
    let high = Number.POSITIVE_INFINITY;
    for (let probe = 0; low < high; ) {
      const slice = await this.#read(probe, 1);
      if (holds(slice)) high = probe;
      else low = probe + (slice.chunks[0]?.data.length ?? 1);
      probe = high === Number.POSITIVE_INFINITY ? Math.max(low * 2, low) : Math.floor((low + high) / 2);
    }
    return high;
  }
}
