import { spawn } from 'node:child_process';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { PythonInterpreter } from './python-interpreter.js';

/** Where the making of an environment has come to. `waiting`: another process is making the same one. */
export type PythonEnvironmentStage = 'waiting' | 'creating' | 'installing';

export interface PythonEnvironment {
  /** Absolute path of the environment's interpreter. */
  readonly python: string;
  /** Names the environment: the same requirements on the same interpreter have the same digest. */
  readonly digest: string;
  /** False when it was there already, or when another process made it meanwhile. */
  readonly created: boolean;
}

export interface BuildRequest {
  readonly interpreter: PythonInterpreter;
  readonly folder: string;
  readonly requirementsFile: string;
  /** Options of `build_environment.py`. */
  readonly options: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly onProgress?: ((stage: PythonEnvironmentStage) => void) | undefined;
}

const BUILDER = fileURLToPath(new URL('../environment/build_environment.py', import.meta.url));

/** Characters of pip's output that are kept, from its end. */
const KEPT_OUTPUT = 4000;

/** The interpreter of the environment in a folder; undefined unless it was built to its end. */
export async function builtPython(folder: string): Promise<string | undefined> {
  const python = join(folder, 'bin', 'python');
  return (await exists(join(folder, 'complete'))) && (await exists(python)) ? python : undefined;
}

/**
 * Builds an environment, or waits for another process that does.
 *
 * @returns whether this call built it.
 * @throws BuildFailure
 */
export function buildEnvironment(request: BuildRequest): Promise<boolean> {
  const { interpreter, folder, requirementsFile, options, environment, onProgress } = request;
  return new Promise((resolve, reject) => {
    const builder = spawn(interpreter.path, ['-I', BUILDER, ...options, requirementsFile, folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment,
    });
    let created = false;
    let output = '';
    createInterface({ input: builder.stdout }).on('line', (line) => {
      if (line === 'created') created = true;
      if (line === 'waiting' || line === 'creating' || line === 'installing') onProgress?.(line);
    });
    builder.stderr.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
    builder.on('error', reject);
    builder.on('close', (status) => {
      if (status === 0) resolve(created);
      else reject(new BuildFailure(output.trim() || `The builder ended with status ${status}.`));
    });
  });
}

/** pip failed; the message is the end of what it said. */
export class BuildFailure extends Error {
  override readonly name = 'BuildFailure';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
