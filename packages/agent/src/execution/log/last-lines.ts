import type { LogFile } from './log-file.js';

const LOOK_AT_BYTES = 4096;
const KEEP_LINES = 10;
const KEEP_CHARACTERS = 700;

/** The end of the log for an error message: at most 10 lines and 700 characters, without control characters. */
export async function lastLines(log: LogFile): Promise<string> {
  const text = Buffer.from(await log.tail(LOOK_AT_BYTES)).toString('utf8');
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const kept = lines.slice(-KEEP_LINES).join('\n').slice(-KEEP_CHARACTERS);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point.
  return kept.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}
