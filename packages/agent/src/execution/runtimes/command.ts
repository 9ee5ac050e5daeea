import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainingOrder } from '@fleetune/protocol';
import { ClientFault, messageOf } from '../attempt-faults.js';
import type { TrainingPaths } from '../contract/attempt-folder.js';
import { userArguments, userHyperparameters } from '../contract/hyperparameters.js';
import type { ExecutorSettings, ProgramCommand } from '../executor-options.js';
import { placeSource } from '../inputs/source.js';

export interface ResolvedProgram extends ProgramCommand {
  /** Which of the training folders the program starts in. */
  readonly startsIn: 'code' | 'root';
}

/**
 * Finds what to run for an order's algorithm, and puts its source in place.
 *
 * @throws ClientFault when this agent cannot run it.
 */
export async function resolveProgram(
  order: TrainingOrder,
  paths: TrainingPaths,
  settings: ExecutorSettings,
  signal: AbortSignal,
): Promise<ResolvedProgram> {
  const algorithm = order.algorithm?.kind;
  switch (algorithm?.case) {
    case 'builtin': {
      const { name, version } = algorithm.value;
      const program = await settings
        .resolveBuiltin(name, version === '' ? undefined : version)
        .catch((error: unknown) => {
          throw new ClientFault(`The built-in algorithm "${name}" cannot be run here: ${messageOf(error)}`);
        });
      return { ...program, startsIn: 'root' };
    }
    case 'script': {
      const { sourceUri, entryPoint } = algorithm.value;
      await placeSource(settings.stores, sourceUri, entryPoint, paths.code, signal);
      const python = await pythonFor(join(paths.code, 'requirements.txt'), settings);
      const args = userArguments(userHyperparameters(order.hyperparameters));
      return { command: [python, entryPoint, ...args], environment: {}, startsIn: 'code' };
    }
    case 'command': {
      if (algorithm.value.command.length === 0) throw new ClientFault('The command to run is empty.');
      return { command: algorithm.value.command, environment: {}, startsIn: 'root' };
    }
    case 'image':
      throw new ClientFault(
        `The job asks for the container image ${algorithm.value.image}, and this agent has no container runtime. Use a script, a command or a built-in algorithm.`,
      );
    default:
      throw new ClientFault('The job names no algorithm.');
  }
}

async function pythonFor(requirementsFile: string, settings: ExecutorSettings): Promise<string> {
  // A link would lead the installer to a file of the host.
  const isFile = lstatSync(requirementsFile, { throwIfNoEntry: false })?.isFile() ?? false;
  if (settings.prepareEnvironment === undefined || !isFile) return settings.pythonInterpreter();
  try {
    return (await settings.prepareEnvironment(requirementsFile)).python;
  } catch (error) {
    throw new ClientFault(`The requirements.txt of the source cannot be installed: ${messageOf(error)}`);
  }
}
