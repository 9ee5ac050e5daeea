import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { builtinRequirementsFile } from './builtin-command.js';
import { ensurePythonEnvironment } from './python-environment.js';

/** Making an environment takes as long as the package index and the disk do. */
export const ENVIRONMENT_TIMEOUT_MS = 300_000;

/** Where real environments are kept between test runs. */
export function environmentsFolder(): string {
  return process.env.FLEETUNE_PYTHON_ENVIRONMENTS ?? join(tmpdir(), 'fleetune-test-python');
}

/** The interpreter of the trainer's real environment, made once and kept between test runs. */
export async function trainerPython(algorithm: string): Promise<string> {
  const environment = await ensurePythonEnvironment({
    requirementsFile: builtinRequirementsFile(algorithm),
    cacheDirectory: environmentsFolder(),
    log: () => {},
  });
  return environment.python;
}
