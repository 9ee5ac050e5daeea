import { ClientFault, messageOf } from '../attempt-faults.js';
import type { ExecutorSettings } from '../executor-options.js';
import type { ResolvedProgram } from './resolved-program.js';

/** @throws ClientFault when this agent has no such algorithm or version. */
export async function builtinProgram(
  name: string,
  version: string,
  settings: ExecutorSettings,
): Promise<ResolvedProgram> {
  try {
    const program = await settings.resolveBuiltin(name, version === '' ? undefined : version);
    return { ...program, startsIn: 'root' };
  } catch (error) {
    throw new ClientFault(`The built-in algorithm "${name}" cannot be run here: ${messageOf(error)}`);
  }
}
