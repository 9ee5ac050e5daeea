import { basename, isAbsolute } from 'node:path';

/** A command that is one run of a Python interpreter. */
export interface PythonProgram {
  readonly command: readonly string[];
  /** Absolute path, as the program sees it. */
  readonly interpreter: string;
  readonly kind: 'file' | 'code' | 'module';
  /** Path of the file, text of the code, or name of the module. */
  readonly target: string;
  readonly arguments: readonly string[];
}

/** Reads a command as a run of Python; undefined when it is none, or has options that change the interpreter. */
export function pythonProgram(command: readonly string[]): PythonProgram | undefined {
  const [interpreter = '', ...rest] = command;
  if (!isAbsolute(interpreter) || !/^python(3(\.\d+)?)?$/.test(basename(interpreter))) return undefined;
  // Output is unbuffered anyway.
  const words = rest[0] === '-u' ? rest.slice(1) : rest;
  const [first = '', second, ...others] = words;
  if (first === '-c' || first === '-m') {
    if (second === undefined) return undefined;
    const kind = first === '-c' ? 'code' : 'module';
    return { command, interpreter, kind, target: second, arguments: others };
  }
  if (first === '' || first.startsWith('-')) return undefined;
  return { command, interpreter, kind: 'file', target: first, arguments: words.slice(1) };
}
