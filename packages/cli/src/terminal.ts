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
  readonly colors: ReturnType<typeof colors.createColors>;
  columns(): number;
  /** Calls `handler` at Ctrl-C (and SIGTERM) instead of ending; returns how to take that back. */
  onInterrupt(handler: (signal: 'SIGINT' | 'SIGTERM') => void): () => void;
  /** The answer to a question; empty when nobody can answer. */
  ask(question: string): Promise<string>;
}

/** The terminal this process was started in. */
export function processTerminal(): Terminal {
  const live = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  return {
    out: process.stdout,
    err: process.stderr,
    environment: process.env,
    currentDirectory: process.cwd(),
    live,
    colors: colors.createColors(colors.isColorSupported && live),
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
