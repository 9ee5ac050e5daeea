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
}

/** The versions that the locked requirements have wheels for, as minor numbers of Python 3. */
const OLDEST_MINOR = 10;
const NEWEST_MINOR = 13;

const CANDIDATES = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10'];

const PROBE = `
import importlib.util, json, sys, sysconfig
print(json.dumps({
  "path": sys.executable,
  "version": sys.version_info[:3],
  "identity": [sys.base_prefix, sys.implementation.cache_tag, sysconfig.get_platform()],
  "missing": [name for name in ("venv", "ensurepip", "ctypes") if importlib.util.find_spec(name) is None],
}))`;

/**
 * Finds a Python 3.10 to 3.13 that has `venv` and `ensurepip`.
 *
 * @param preferred a path or command that must be the one; by default `FLEETUNE_PYTHON`, and where that is unset
 *   `python3`, `python3.13` ... `python3.10` are tried in this order.
 * @throws PythonNotFoundError with the reason for each candidate and what to install.
 */
export async function findPythonInterpreter(preferred = process.env.FLEETUNE_PYTHON): Promise<PythonInterpreter> {
  const rejections: string[] = [];
  for (const candidate of preferred ? [preferred] : CANDIDATES) {
    const probed = await probe(candidate);
    if (typeof probed !== 'string') return probed;
    rejections.push(`${candidate}: ${probed}`);
  }
  throw new PythonNotFoundError(rejections);
}

/** There is no Python on this machine that the built-in algorithms can run on. */
export class PythonNotFoundError extends Error {
  override readonly name = 'PythonNotFoundError';
  constructor(rejections: readonly string[]) {
    super(
      `The built-in algorithms need Python 3.${OLDEST_MINOR} to 3.${NEWEST_MINOR} with venv (${rejections.join('; ')}). ` +
        'Install it ("apt install python3 python3-venv", "dnf install python3", "brew install python@3.13"), ' +
        'or set FLEETUNE_PYTHON to its path.',
    );
  }
}

/** The interpreter behind a command, or why it cannot serve. */
async function probe(command: string): Promise<PythonInterpreter | string> {
  let answer: { path: string; version: [number, number, number]; identity: string[]; missing: string[] };
  try {
    const { stdout } = await run(command, ['-I', '-c', PROBE], { timeout: 30_000 });
    answer = JSON.parse(stdout);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'not found' : 'does not run';
  }
  const [major, minor] = answer.version;
  const version = answer.version.join('.');
  if (major !== 3 || minor < OLDEST_MINOR || minor > NEWEST_MINOR) return `is Python ${version}`;
  if (answer.missing.length > 0) return `is Python ${version} without ${answer.missing.join(' and ')}`;
  return { path: answer.path, version, identity: [...answer.identity, version].join('\n') };
}
