import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findPythonInterpreter, type PythonInterpreter } from './python-interpreter.js';

/** Where the making of an environment has come to. `waiting`: another process is making the same one. */
export type PythonEnvironmentStage = 'waiting' | 'creating' | 'installing';

export interface PythonEnvironmentRequest {
  /** Requirements with exact pins and hashes; only wheels are installed, and nothing that is not listed. */
  readonly requirementsFile: string;
  /** Folder that holds one environment a digest. Shared by every process of the machine's user. */
  readonly cacheDirectory: string;
  /** Path or command of the interpreter; otherwise see {@link findPythonInterpreter}. */
  readonly python?: string;
  readonly log: (message: string) => void;
  readonly onProgress?: (stage: PythonEnvironmentStage) => void;
}

export interface PythonEnvironment {
  /** Absolute path of the environment's interpreter. */
  readonly python: string;
  /** Names the environment: the same requirements on the same interpreter have the same digest. */
  readonly digest: string;
  /** False when it was there already, or when another process made it meanwhile. */
  readonly created: boolean;
}

const BUILDER = fileURLToPath(new URL('../environment/build_environment.py', import.meta.url));

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
    rememberedInterpreter(request.python),
  ]);
  const digest = createHash('sha256').update(requirements).update('\0').update(interpreter.identity).digest('hex');
  const name = digest.slice(0, 20);
  const folder = join(request.cacheDirectory, name);
  const python = join(folder, 'bin', 'python');
  if ((await exists(join(folder, 'complete'))) && (await exists(python))) {
    return { python, digest: name, created: false };
  }
  request.log(`Making the Python ${interpreter.version} environment ${folder}; this happens once.`);
  const created = await build(interpreter, folder, request);
  request.log(`The Python environment ${folder} is ready.`);
  return { python, digest: name, created };
}

/** pip could not install the requirements. The message ends with what pip said. */
export class PythonEnvironmentError extends Error {
  override readonly name = 'PythonEnvironmentError';
  constructor(requirementsFile: string, output: string) {
    super(
      `The Python environment for ${requirementsFile} could not be made. Check that this machine reaches a Python ` +
        `package index (PIP_INDEX_URL) and has disk space, then try again. pip said:\n${output.trim()}`,
    );
  }
}

/** Probing costs tens of milliseconds, and the answer stays the same while this process lives. */
const interpreters = new Map<string, Promise<PythonInterpreter>>();

function rememberedInterpreter(preferred: string | undefined): Promise<PythonInterpreter> {
  const key = preferred ?? process.env.FLEETUNE_PYTHON ?? '';
  const known = interpreters.get(key);
  if (known !== undefined) return known;
  const probing = findPythonInterpreter(preferred);
  interpreters.set(key, probing);
  probing.catch(() => interpreters.delete(key));
  return probing;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Characters of pip's output that an error shows, from its end. */
const SHOWN_OUTPUT = 4000;

/** @returns whether this call made it, rather than waited for another that did. */
function build(interpreter: PythonInterpreter, folder: string, request: PythonEnvironmentRequest): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const builder = spawn(interpreter.path, ['-I', BUILDER, request.requirementsFile, folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let created = false;
    let output = '';
    createInterface({ input: builder.stdout }).on('line', (line) => {
      if (line === 'created') created = true;
      if (line === 'waiting' || line === 'creating' || line === 'installing') request.onProgress?.(line);
    });
    builder.stderr.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-SHOWN_OUTPUT);
    });
    builder.on('error', reject);
    builder.on('close', (status) => {
      if (status === 0) resolve(created);
      else reject(new PythonEnvironmentError(request.requirementsFile, output || `It ended with status ${status}.`));
    });
  });
}
