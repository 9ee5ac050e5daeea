import { trainerFile } from './builtin-algorithm.js';
import { requireBuiltin } from './catalogue.js';

export interface BuiltinCommand {
  readonly command: readonly string[];
  /** To be added to the job's `SM_*` variables. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * What to run for a built-in algorithm, with the interpreter of the environment made from
 * {@link builtinRequirementsFile}.
 *
 * @throws UnknownBuiltinError, UnknownBuiltinVersionError
 */
export function builtinCommand(name: string, version: string | undefined, python: string): BuiltinCommand {
  const { title, versions } = requireBuiltin(name);
  if (version !== undefined && !versions.includes(version))
    throw new UnknownBuiltinVersionError(title, version, versions);
  return {
    command: [python, trainerFile(name, 'train.py')],
    environment: { PYTHONPATH: trainerFile('contract', ''), PYTHONUNBUFFERED: '1' },
  };
}

/** The locked requirements of a built-in algorithm's trainer. @throws UnknownBuiltinError */
export function builtinRequirementsFile(name: string): string {
  return trainerFile(requireBuiltin(name).name, 'requirements.lock');
}

/** The algorithm is there, the version is not. */
export class UnknownBuiltinVersionError extends Error {
  override readonly name = 'UnknownBuiltinVersionError';
  constructor(title: string, version: string, versions: readonly string[]) {
    super(`${title} has no version "${version}"; there are ${versions.join(', ')}.`);
  }
}
