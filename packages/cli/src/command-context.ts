import { stripVTControlCharacters } from 'node:util';
import type { Terminal } from './terminal.js';

/** What a command's action may use, and where it leaves its exit code. */
export interface CommandContext {
  readonly terminal: Terminal;
  /** Writes the one JSON document of `--json`. */
  json(document: unknown): void;
  /** Writes a line of result. */
  print(text: string): void;
  /** Writes a line of explanation. */
  note(text: string): void;
  exit(code: number): void;
}

export function commandContext(terminal: Terminal, exit: (code: number) => void): CommandContext {
  const { coloured } = terminal;
  return {
    terminal,
    exit,
    json: (document) => void terminal.out.write(`${JSON.stringify(document, numbersByName)}\n`),
    print: (text) => void terminal.out.write(`${coloured.out ? text : stripVTControlCharacters(text)}\n`),
    note: (text) => void terminal.err.write(`${coloured.err ? text : stripVTControlCharacters(text)}\n`),
  };
}

/** JSON has no NaN and no infinities; they are written by name. */
function numbersByName(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
