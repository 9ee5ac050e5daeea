import { createInterface } from 'node:readline/promises';
import type { Writable } from 'node:stream';
import colors from 'picocolors';

/** The world around a command, so that tests can be one. */
export interface Terminal {
  /** Results, and nothing else. */
  readonly out: Writable;
  /** Progress, explanations, errors. */
  readonly err: Writable;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentDirectory: string;
  /** True when a person watches `err`, so that lines may be drawn over. */
  readonly live: boolean;
  /** Which of the two streams show colours; what is written to the other has them taken out. */
  readonly coloured: { readonly out: boolean; readonly err: boolean };
  readonly colors: ReturnType<typeof colors.createColors>;
  columns(): number;
  /** Calls `handler` at Ctrl-C (and SIGTERM) instead of ending; returns how to take that back. */
  onInterrupt(handler: (signal: 'SIGINT' | 'SIGTERM') => void): () => void;
  /** The answer to a question; empty when nobody can answer. */
  ask(question: string): Promise<string>;
}

/** The terminal this process was started in. */
export function processTerminal(): Terminal {
  const { TERM, NO_COLOR, FORCE_COLOR } = process.env;
  const able = TERM !== 'dumb' && (NO_COLOR ?? '') === '';
  const shows = (stream: NodeJS.WriteStream) => able && (stream.isTTY === true || (FORCE_COLOR ?? '') !== '');
  const coloured = { out: shows(process.stdout), err: shows(process.stderr) };
  const live = process.stderr.isTTY === true && TERM !== 'dumb';
  return {
    out: process.stdout,
    err: process.stderr,
    environment: process.env,
    currentDirectory: process.cwd(),
    live,
    coloured,
    colors: colors.createColors(coloured.out || coloured.err),
    columns: () => process.stderr.columns ?? 100,
    onInterrupt(handler) {
      const onInt = () => handler('SIGINT');
      const onTerm = () => handler('SIGTERM');
      process.on('SIGINT', onInt);
      process.on('SIGTERM', onTerm);
      return () => {
        process.off('SIGINT', onInt);
        process.off('SIGTERM', onTerm);
      };
    },
    async ask(question) {
      if (!live || process.stdin.isTTY !== true) return '';
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      const asked = new AbortController();
      lines.once('SIGINT', () => asked.abort());
      try {
        return await lines.question(question, { signal: asked.signal });
      } catch {
        process.stderr.write('\n');
        return '';
      } finally {
        lines.close();
      }
    },
  };
}
