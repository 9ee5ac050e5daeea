import type { LogLine } from './line-splitter.js';
import type { TrainingLog } from './training-log.js';

/** Lines written from `startMs` on and before `endMs`. */
export interface TimeWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** Lines in the order in which they were written, and the offsets around them. */
export interface LogWindow {
  readonly lines: readonly LogLine[];
  readonly startOffset: number;
  readonly endOffset: number;
}

/** An answer holds no more text than this, nor does it look through much more of a log. */
const MAX_WINDOW_BYTES = 1024 * 1024;

/** The first `limit` lines from an offset on, or fewer where they are long. */
export async function linesAfter(
  log: TrainingLog,
  offset: number,
  limit: number,
  { startMs, endMs }: TimeWindow,
): Promise<LogWindow & { readonly hasMore: boolean }> {
  // A place within the log was reached from the start time already.
  const startOffset = offset === 0 && startMs > 0 ? await log.offsetAt(startMs) : offset;
  const lines: LogLine[] = [];
  let endOffset = startOffset;
  for await (const line of log.lines(startOffset)) {
    if (line.timestampMs >= endMs) break;
    const isFull = lines.length === limit || (lines.length > 0 && line.endOffset - startOffset > MAX_WINDOW_BYTES);
    if (isFull) return { lines, startOffset, endOffset, hasMore: true };
    endOffset = line.endOffset;
    if (line.timestampMs >= startMs) lines.push(line);
  }
  return { lines, startOffset, endOffset, hasMore: false };
}

/** The last `limit` lines before an offset, or fewer where they are long. */
export async function linesBefore(
  log: TrainingLog,
  offset: number,
  limit: number,
  { startMs, endMs }: TimeWindow,
): Promise<LogWindow> {
  const end = Math.min(offset, Number.isFinite(endMs) ? await log.offsetAt(endMs) : offset);
  const first = startMs > 0 ? await log.offsetAt(startMs) : 0;
  const from = Math.max(first, await log.lineStart(Math.max(0, end - MAX_WINDOW_BYTES)));
  let lines: LogLine[] = [];
  for await (const line of log.lines(from)) {
    if (line.offset >= end) break;
    if (line.timestampMs >= startMs && line.timestampMs < endMs) lines.push(line);
  }
  lines = lines.slice(-limit);
  return { lines, startOffset: lines[0]?.offset ?? from, endOffset: lines.at(-1)?.endOffset ?? from };
}
