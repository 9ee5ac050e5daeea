/** A line of a log, or a piece of one that is too long for an event. */
export interface LogLine {
  /** Of its first byte, counted over what the program produced. */
  readonly offset: number;
  /** Of the first byte after it and its newline. */
  readonly endOffset: number;
  /** When its first byte was written. */
  readonly timestampMs: number;
  /** Without the newline. */
  readonly text: string;
}

export interface LogChunk {
  readonly offset: number;
  readonly timestampMs: number;
  readonly data: Uint8Array;
}

/** Events are no longer than this; a longer line becomes several. */
const MAX_LINE_BYTES = 256 * 1024;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Cuts chunks that follow one another into lines, wherever the chunks end. */
export class LineSplitter {
  #rest: Uint8Array = new Uint8Array();
  #restOffset = 0;
  #restTimestampMs = 0;

  *push({ offset, timestampMs, data }: LogChunk): Generator<LogLine> {
    let from = 0;
    while (from < data.length) {
      const newline = data.indexOf(NEWLINE, from);
      const end = newline === -1 ? data.length : newline + 1;
      this.#append(data.subarray(from, end), offset + from, timestampMs);
      from = end;
      while (this.#rest.length > MAX_LINE_BYTES + 1) yield this.#take(characterBoundary(this.#rest, MAX_LINE_BYTES));
      if (newline !== -1) yield this.#take(this.#rest.length);
    }
  }

  /** What is left when nothing comes any more: a last line without its newline. */
  *end(): Generator<LogLine> {
    if (this.#rest.length > 0) yield this.#take(this.#rest.length);
  }

  #append(data: Uint8Array, offset: number, timestampMs: number): void {
    if (this.#rest.length === 0) {
      this.#rest = data;
      this.#restOffset = offset;
      this.#restTimestampMs = timestampMs;
    } else {
      this.#rest = Buffer.concat([this.#rest, data]);
    }
  }

  #take(bytes: number): LogLine {
    const taken = this.#rest.subarray(0, bytes);
    const offset = this.#restOffset;
    this.#rest = this.#rest.subarray(bytes);
    this.#restOffset += bytes;
    return {
      offset,
      endOffset: offset + bytes,
      timestampMs: this.#restTimestampMs,
      text: UTF8.decode(withoutLineEnd(taken)),
    };
  }
}

function withoutLineEnd(line: Uint8Array): Uint8Array {
  if (line.at(-1) !== NEWLINE) return line;
  return line.subarray(0, line.at(-2) === CARRIAGE_RETURN ? -2 : -1);
}

/** The last place up to `end` where no character of UTF-8 is cut; `end` itself when these bytes are no UTF-8. */
function characterBoundary(bytes: Uint8Array, end: number): number {
  for (let place = end; place > end - 4; place--) {
    if (((bytes[place] ?? 0) & 0xc0) !== 0x80) return place;
  }
  return end;
}
