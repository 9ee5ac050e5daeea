import { Writable } from 'node:stream';
import colors from 'picocolors';
import { runCommandLine } from './command-line.js';
import type { Terminal } from './terminal.js';

export interface RunResult {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface RunSettings {
  readonly environment?: Readonly<Record<string, string>>;
  /** Sees everything on stderr as it is written, and may press Ctrl-C. */
  readonly onErr?: (text: string, interrupt: () => void) => void;
  /** The same for stdout. */
  readonly onOut?: (text: string, interrupt: () => void) => void;
  /** What the person at the keyboard answers. */
  readonly answer?: string;
}

/** Runs a command line as a person would, without colours and with what it wrote. */
export async function runFleetune(commandArguments: string[], settings: RunSettings = {}): Promise<RunResult> {
  const out: string[] = [];
  const err: string[] = [];
  const handlers = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>();
  const interrupt = () => {
    for (const handler of handlers) handler('SIGINT');
  };
  const terminal: Terminal = {
    out: collector(out, (text) => settings.onOut?.(text, interrupt)),
    err: collector(err, (text) => settings.onErr?.(text, interrupt)),
    environment: settings.environment ?? {},
    currentDirectory: process.cwd(),
    live: false,
    coloured: { out: false, err: false },
    colors: colors.createColors(false),
    columns: () => 100,
    onInterrupt(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    ask: async () => settings.answer ?? '',
  };
  const exitCode = await runCommandLine(commandArguments, terminal);
  return { exitCode, out: out.join(''), err: err.join('') };
}

function collector(pieces: string[], seen: (text: string) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const text = chunk.toString('utf8');
      pieces.push(text);
      seen(text);
      done();
    },
  });
}
