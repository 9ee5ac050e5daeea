import { chmodSync, lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ClientFault, messageOf } from '../attempt-faults.js';
import { type ArgumentStyle, userArguments, userHyperparameters } from '../contract/hyperparameters.js';
import type { ExecutorSettings } from '../executor-options.js';
import { placeSource } from '../inputs/source.js';
import { QUIET_PIP } from './attempt-python.js';
import type { ProgramPlace, ResolvedProgram } from './resolved-program.js';

/** Installs the source as a package, as the toolkit does where there is a setup.py, and runs its module. */
const INSTALL_AND_RUN =
  'python=$1 module=$2; shift 2; "$python" -m pip install --quiet --no-input --disable-pip-version-check . || exit; exec "$python" -m "$module" "$@"';

export interface Script {
  readonly sourceUri: string;
  readonly entryPoint: string;
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly argumentStyle: ArgumentStyle;
}

/**
 * Puts a script's source and requirements in place, and says how to start it by the rules of SageMaker's training
 * toolkit: a `.py` by Python, with a setup.py beside it as a module of the installed package, anything else by a shell.
 *
 * @param base the interpreter that the source's requirements are added to; undefined stands for the agent's own.
 * @param interpreter makes the Python that runs the script out of the one that has its requirements.
 * @throws ClientFault when the source is missing or damaged, or its requirements cannot be installed.
 */
export async function scriptProgram(
  { sourceUri, entryPoint, hyperparameters, argumentStyle }: Script,
  base: string | undefined,
  interpreter: (python: string) => { readonly python: string; readonly binFolders: readonly string[] },
  settings: ExecutorSettings,
  place: ProgramPlace,
): Promise<ResolvedProgram> {
  const { code } = place.paths;
  await placeSource(settings.stores, sourceUri, entryPoint, code, place.signal);
  const { python, binFolders } = interpreter(await pythonFor(base, settings, place));
  const args = userArguments(userHyperparameters(hyperparameters), argumentStyle);
  const start = { environment: QUIET_PIP, startsIn: 'code', binFolders } as const;
  if (!entryPoint.endsWith('.sh') && isFile(join(code, 'setup.py'))) {
    const module = entryPoint.replace(/\.py$/, '').replaceAll('/', '.');
    return { ...start, command: ['/bin/sh', '-c', INSTALL_AND_RUN, 'sh', python, module, ...args] };
  }
  if (entryPoint.endsWith('.py')) return { ...start, command: [python, entryPoint, ...args] };
  chmodSync(join(code, entryPoint), 0o755);
  return { ...start, command: ['/bin/sh', '-c', '"./$0" "$@"', entryPoint, ...args] };
}

/** Leaves the interpreter as it is. */
export function plainPython(python: string) {
  return { python, binFolders: [dirname(python)] };
}

async function pythonFor(
  base: string | undefined,
  settings: ExecutorSettings,
  { paths, confine }: ProgramPlace,
): Promise<string> {
  const requirementsFile = join(paths.code, 'requirements.txt');
  if (settings.prepareEnvironment === undefined || !isFile(requirementsFile)) {
    return base ?? settings.pythonInterpreter();
  }
  try {
    return (await settings.prepareEnvironment({ requirementsFile, python: base, confine })).python;
  } catch (error) {
    throw new ClientFault(`The requirements.txt of the source cannot be installed: ${messageOf(error)}`);
  }
}

/** A link would lead an installer to a file of the host. */
function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
