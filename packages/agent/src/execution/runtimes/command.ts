import type { TrainingOrder } from '@fleetune/protocol';
import { ClientFault } from '../attempt-faults.js';
import type { ExecutorSettings } from '../executor-options.js';
import { builtinProgram } from './builtin-program.js';
import { imageProgram } from './image-program.js';
import type { ProgramPlace, ResolvedProgram } from './resolved-program.js';
import { plainPython, scriptProgram } from './script-program.js';

/**
 * Finds what to run for an order's algorithm, and puts its source in place.
 *
 * @throws ClientFault when this agent cannot run it.
 */
export async function resolveProgram(
  order: TrainingOrder,
  settings: ExecutorSettings,
  place: ProgramPlace,
): Promise<ResolvedProgram> {
  const algorithm = order.algorithm?.kind;
  switch (algorithm?.case) {
    case 'builtin':
      return builtinProgram(algorithm.value.name, algorithm.value.version, settings);
    case 'script': {
      const script = { ...algorithm.value, hyperparameters: order.hyperparameters, argumentStyle: 'long' } as const;
      return scriptProgram(script, undefined, plainPython, settings, place);
    }
    case 'command': {
      if (algorithm.value.command.length === 0) throw new ClientFault('The command to run is empty.');
      return { command: algorithm.value.command, environment: {}, startsIn: 'root' };
    }
    case 'image':
      return imageProgram(algorithm.value, order, settings, place);
    default:
      throw new ClientFault('The job names no algorithm.');
  }
}
