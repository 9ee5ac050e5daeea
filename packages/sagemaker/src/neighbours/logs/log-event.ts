import type { LogLine } from './line-splitter.js';

export interface LogEvent {
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
  readonly ingestionTime: number;
}

/** Messages have at least one character, so an empty line is a space. */
export function logEvent({ timestampMs, text }: LogLine): LogEvent {
  return { timestamp: timestampMs, message: text === '' ? ' ' : text, ingestionTime: timestampMs };
}
