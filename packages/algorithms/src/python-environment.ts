import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BuildFailure,
  buildEnvironment,
  builtPython,
  type PythonEnvironment,
  type PythonEnvironmentStage,
} from './environment-builder.js';
import { FOR_BUILTINS, rememberedInterpreter } from './python-interpreter.js';

export type { PythonEnvironment, PythonEnvironmentStage };

export interface PythonEnvironmentRequest {
  /** Requirements with exact pins and hashes; only wheels are installed, and nothing that is not listed. */
  readonly requirementsFile: string;
  /** Folder that holds one environment a digest. Shared by every process of the machine's user. */
  readonly cacheDirectory: string;
  /** Path or command of the interpreter; otherwise `FLEETUNE_PYTHON`, else a `python3` from 3.10 to 3.13. */
  readonly python?: string;
  readonly log: (message: string) => void;
  readonly onProgress?: (stage: PythonEnvironmentStage) => void;
}

/**
 * Makes sure that an environment with the given requirements exists, and says where.
 *
 * The first call for some requirements takes as long as pip does; later ones, of any process, take milliseconds.
 * However many ask at the same time, one builds and the others wait for it. A builder that dies half-way leaves
 * nothing that a later call would take for an environment.
 *
 * @throws PythonNotFoundError, PythonEnvironmentError
 */
export async function ensurePythonEnvironment(request: PythonEnvironmentRequest): Promise<PythonEnvironment> {
  const [requirements, interpreter] = await Promise.all([
    readFile(request.requirementsFile, 'utf8'),
    rememberedInterpreter(request.python, FOR_BUILTINS),
  ]);
  const digest = createHash('sha256').update(requirements).update('\0').update(interpreter.identity).digest('hex');
  const name = digest.slice(0, 20);
  const folder = join(request.cacheDirectory, name);
  const python = await builtPython(folder);
  if (python !== undefined) return { python, digest: name, created: false };
  request.log(`Making the Python ${interpreter.version} environment ${folder}; this happens once.`);
  const { requirementsFile, onProgress } = request;
  const created = await buildEnvironment({
    ...{ interpreter, folder, requirementsFile, onProgress },
    options: [],
    environment: process.env,
  }).catch((error: unknown) => {
    throw error instanceof BuildFailure ? new PythonEnvironmentError(requirementsFile, error.message) : error;
  });
  request.log(`The Python environment ${folder} is ready.`);
  return { python: join(folder, 'bin', 'python'), digest: name, created };
}

/** pip could not install the requirements. The message ends with what pip said. */
export class PythonEnvironmentError extends Error {
  override readonly name = 'PythonEnvironmentError';
  constructor(requirementsFile: string, output: string) {
    super(
      `The Python environment for ${requirementsFile} could not be made. Check that this machine reaches a Python ` +
        `package index (PIP_INDEX_URL) and has disk space, then try again. pip said:\n${output}`,
    );
  }
}
