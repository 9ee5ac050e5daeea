import { createHash } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BuildFailure, buildEnvironment, builtPython, type PythonEnvironment } from './environment-builder.js';
import { type PythonInterpreter, type PythonNeed, rememberedInterpreter } from './python-interpreter.js';
import { requirementsContents } from './requirements-contents.js';

/**
 * Walls an installer in: the words to put before its command line, so that it can write to one folder only, and read what
 * is hidden otherwise where that is named. None where this machine has no walls.
 */
export type ConfineInstaller = (access: {
  readonly writable: string;
  readonly readable: readonly string[];
}) => readonly string[];

export interface RequirementsEnvironmentRequest {
  /** A `requirements.txt` as people write it: versions may be open, hashes are not needed, source packages are built. */
  readonly requirementsFile: string;
  /** Folder that holds one environment a digest. Shared by every process of the machine's user. */
  readonly cacheDirectory: string;
  /** Path or command of the interpreter whose packages the environment adds to. */
  readonly python?: string;
  /** Without it, source packages run their build code with all rights of this process's user. */
  readonly confine?: ConfineInstaller | undefined;
  readonly log: (message: string) => void;
}

/** pip could not install what a user's requirements list. The message ends with the last lines of what pip said. */
export class RequirementsEnvironmentError extends Error {
  override readonly name = 'RequirementsEnvironmentError';
}

const FOR_SCRIPTS: PythonNeed = { neededBy: 'The requirements of scripts', oldestMinor: 8 };

/** Installations that run in this process, by folder: whoever comes later shares their end, good or bad. */
const building = new Map<string, Promise<boolean>>();

/**
 * Makes sure that an environment exists that has what a user's requirements list, on top of the packages of `python`,
 * which stays as it is. Kept by a digest of the requirements (included files too), of the interpreter, and of the state
 * of its packages; made once however many ask. Open versions are those of the day it was made.
 *
 * Building source packages runs their code: behind the walls of `confine`, with few of this process's variables.
 *
 * @throws UnusableRequirementError, RequirementsEnvironmentError, PythonNotFoundError
 */
export async function ensureRequirementsEnvironment(
  request: RequirementsEnvironmentRequest,
): Promise<PythonEnvironment> {
  const [contents, interpreter] = await Promise.all([
    requirementsContents(request.requirementsFile),
    rememberedInterpreter(request.python, FOR_SCRIPTS),
  ]);
  const hash = createHash('sha256').update(interpreter.identity);
  for (const part of [...contents, ...(await packageStates(interpreter))]) hash.update('\0').update(part);
  const digest = hash.digest('hex').slice(0, 20);
  const folder = join(request.cacheDirectory, digest);
  const python = await builtPython(folder);
  if (python !== undefined) return { python, digest, created: false };

  const running = building.get(folder);
  const build = running ?? startBuild(request, interpreter, folder);
  const created = await build;
  return { python: join(folder, 'bin', 'python'), digest, created: created && running === undefined };
}

/** Changes with every package that is installed into the interpreter or removed from it. */
async function packageStates({ path, packageFolders }: PythonInterpreter): Promise<string[]> {
  const states = packageFolders.map(async (folder) => {
    const changedMs = await stat(folder).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    return `${folder} ${changedMs}`;
  });
  return [path, ...(await Promise.all(states))];
}

function startBuild(
  request: RequirementsEnvironmentRequest,
  interpreter: PythonInterpreter,
  folder: string,
): Promise<boolean> {
  const build = installRequirements(request, interpreter, folder)
    .catch((error: unknown) => {
      throw error instanceof BuildFailure
        ? new RequirementsEnvironmentError(`pip could not install them. It said:\n${lastLines(error.message)}`)
        : error;
    })
    .finally(() => building.delete(folder));
  building.set(folder, build);
  return build;
}

async function installRequirements(
  { requirementsFile, confine, log }: RequirementsEnvironmentRequest,
  interpreter: PythonInterpreter,
  folder: string,
): Promise<boolean> {
  log(`Installing the requirements of a script for Python ${interpreter.version} into ${folder}; this happens once.`);
  await mkdir(dirname(folder), { recursive: true });
  const readable = [dirname(requirementsFile), dirname(dirname(interpreter.path)), ...interpreter.packageFolders];
  const walls = confine?.({ writable: folder, readable }) ?? [];
  return buildEnvironment({
    ...{ interpreter, folder, requirementsFile },
    options: [
      '--plain',
      ...interpreter.packageFolders.flatMap((packages) => ['--inherit', packages]),
      ...(walls.length === 0 ? [] : ['--confine', JSON.stringify(walls)]),
    ],
    environment: installerVariables(process.env),
  });
}

/** What pip and compilers are told by. The rest, such as credentials of the agent, is not for packages' build code. */
const FOR_INSTALLERS =
  /^(PATH|HOME|LANG|LC_\w+|TZ|TMPDIR|PIP_\w+|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|CC|CXX|CFLAGS|CXXFLAGS|LDFLAGS|CUDA_HOME|LD_LIBRARY_PATH|(https?|no|all)_proxy)$/i;

function installerVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => FOR_INSTALLERS.test(name)));
}

/** Fits into a job's failure reason. */
const SHOWN_LINES = 8;
const SHOWN_CHARACTERS = 700;

function lastLines(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-SHOWN_LINES).join('\n').slice(-SHOWN_CHARACTERS);
}
