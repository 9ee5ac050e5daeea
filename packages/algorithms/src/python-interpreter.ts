import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A Python on this machine that can make the environments of the built-in algorithms. */
export interface PythonInterpreter {
  /** Absolute path of the program. */
  readonly path: string;
  /** Such as `3.11.7`. */
  readonly version: string;
  /** Differs between interpreters whose environments cannot stand for each other. */
  readonly identity: string;
  /** Where it finds installed packages; its own folders before those of its user. */
  readonly packageFolders: readonly string[];
}

/** Minor numbers of Python 3 that can serve, and whom. */
export interface PythonNeed {
  readonly neededBy: string;
  readonly oldestMinor: number;
  readonly newestMinor?: number;
}

/** The versions that the locked requirements have wheels for. */
export const FOR_BUILTINS: PythonNeed = { neededBy: 'The built-in algorithms', oldestMinor: 10, newestMinor: 13 };

const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];

const PROBE = `
import importlib.util, json, site, sys, sysconfig
own = site.getsitepackages()
users = [site.getusersitepackages()] if sys.prefix == sys.base_prefix else []
print(json.dumps({
  "path": sys.executable,
  "version": sys.version_info[:3],
  "identity": [sys.base_prefix, sys.implementation.cache_tag, sysconfig.get_platform()],
  "packageFolders": own + users,
  "missing": [name for name in ("venv", "ensurepip", "ctypes") if importlib.util.find_spec(name) is None],
}))`;

/**
 * Finds a Python, 3.10 to 3.13 unless told otherwise, that has `venv` and `ensurepip`.
 *
 * @param preferred a path or command that must be the one; by default `FLEETUNE_PYTHON`, and where that is unset
 *   `python3`, `python3.13` ... `python3.10` are tried in this order.
 * @throws PythonNotFoundError with the reason for each candidate and what to install.
 */
export async function findPythonInterpreter(
  preferred = process.env.FLEETUNE_PYTHON,
  need = FOR_BUILTINS,
): Promise<PythonInterpreter> {
  const rejections: string[] = [];
  for (const candidate of preferred ? [preferred] : CANDIDATES) {
    const probed = await probe(candidate, need);
    if (typeof probed !== 'string') return probed;
    rejections.push(`${candidate}: ${probed}`);
  }
  throw new PythonNotFoundError(rejections, need);
}

/** Probing costs tens of milliseconds, and the answer stays the same while this process lives. */
const remembered = new Map<string, Promise<PythonInterpreter>>();

/** {@link findPythonInterpreter}, asked once for each interpreter and need. */
export function rememberedInterpreter(preferred: string | undefined, need: PythonNeed): Promise<PythonInterpreter> {
  const key = `${need.neededBy}\n${preferred ?? process.env.FLEETUNE_PYTHON ?? ''}`;
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const probing = findPythonInterpreter(preferred, need);
  remembered.set(key, probing);
  probing.catch(() => remembered.delete(key));
  return probing;
}

/** There is no Python on this machine that can serve. */
export class PythonNotFoundError extends Error {
  override readonly name = 'PythonNotFoundError';
  constructor(rejections: readonly string[], { neededBy, oldestMinor, newestMinor }: PythonNeed) {
    super(
      `${neededBy} need Python 3.${oldestMinor} ${newestMinor === undefined ? 'or newer' : `to 3.${newestMinor}`} with venv (${rejections.join('; ')}). ` +
        'Install it ("apt install python3 python3-venv", "dnf install python3", "brew install python@3.13"), ' +
        'or set FLEETUNE_PYTHON to its path.',
    );
  }
}

/** The interpreter behind a command, or why it cannot serve. */
async function probe(command: string, need: PythonNeed): Promise<PythonInterpreter | string> {
  let answer: Answer;
  try {
    const { stdout } = await run(command, ['-I', '-c', PROBE], { timeout: 30_000 });
    answer = JSON.parse(stdout);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not found' : 'does not run';
  }
  const [major, minor] = answer.version;
  const version = answer.version.join('.');
  if (major !== 3 || minor < need.oldestMinor || minor > (need.newestMinor ?? minor)) return `is Python ${version}`;
  if (answer.missing.length > 0) return `is Python ${version} without ${answer.missing.join(' and ')}`;
  const identity = [...answer.identity, version].join('\n');
  return { path: answer.path, version, identity, packageFolders: answer.packageFolders };
}

/** What the probe prints. */
interface Answer {
  readonly path: string;
  readonly version: readonly [number, number, number];
  readonly identity: readonly string[];
  readonly packageFolders: readonly string[];
  readonly missing: readonly string[];
}
