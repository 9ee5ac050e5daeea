import type { LogPiece } from '@fleetune/api/client';

/** A log as lines, growing by pieces of bytes. */
export interface LogText {
  readonly lines: readonly string[];
  /** What was printed after the last line end. */
  readonly unfinished: string;
  readonly nextOffset: number;
}

export const EMPTY_LOG: LogText = { lines: [], unfinished: '', nextOffset: 0 };

/** Shown where bytes are missing between two pieces. */
const LOST = '… a part of the log is lost …';

/**
 * Puts a piece behind what there is.
 *
 * @param decoder of this log and no other: it keeps the bytes of a character that ends in the next piece.
 */
export function appendLog(log: LogText, piece: LogPiece, decoder: TextDecoder): LogText {
  let text = log.unfinished;
  let expected = log.nextOffset;
  for (const chunk of piece.chunks) {
    if (chunk.offset > expected) text += `${text === '' || text.endsWith('\n') ? '' : '\n'}${LOST}\n`;
    text += decoder.decode(chunk.data, { stream: true });
    expected = chunk.offset + chunk.data.length;
  }
  const pieces = text.split('\n');
  const unfinished = pieces.pop() ?? '';
  const lines = pieces.length === 0 ? log.lines : [...log.lines, ...pieces.map(shownLine)];
  return { lines, unfinished, nextOffset: piece.nextOffset };
}

/** A terminal shows only what was printed after the last carriage return, and no escape sequences. */
export function shownLine(line: string): string {
  const visible = line.replace(/\r$/, '');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one.
  return visible.slice(visible.lastIndexOf('\r') + 1).replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
}

/** Places of the lines that contain the text, whatever its case; none for an empty text. */
export function findLines(lines: readonly string[], text: string): number[] {
  const wanted = text.toLowerCase();
  if (wanted === '') return [];
  return lines.flatMap((line, place) => (line.toLowerCase().includes(wanted) ? [place] : []));
}
