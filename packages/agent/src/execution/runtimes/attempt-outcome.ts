import type { AttemptOutcome } from '@fleetune/domain';
import { AlgorithmFault, ClientFault, messageOf } from '../attempt-faults.js';
import { LeaseLostError } from '../outputs/upload.js';
import type { ProgramEnd } from './process.js';

/** An attempt that will be made again has checkpoints to go on from; a model of it would only cost time. */
export function isUploaded(outcome: AttemptOutcome): boolean {
  if (outcome.kind === 'Stopped') return outcome.stopReason !== 'AgentStopping';
  return outcome.kind === 'Succeeded';
}

export function outcomeOfError(error: unknown): AttemptOutcome {
  if (error instanceof ClientFault) return { kind: 'ClientError', reason: error.message };
  if (error instanceof AlgorithmFault) return { kind: 'AlgorithmError', reason: error.message };
  if (error instanceof LeaseLostError) return { kind: 'Lost', reason: error.message };
  return { kind: 'InternalError', reason: messageOf(error) };
}

/**
 * What a program's end means where it was not its own; undefined where it was.
 *
 * @throws Error when it never ran, or lost the process that looked after it.
 */
export function foreignEnd({ launchFault, endedFor }: ProgramEnd): AttemptOutcome | undefined {
  if (launchFault !== undefined) throw new Error(`The sandbox could not be set up: ${launchFault}`);
  if (endedFor === 'supervisor') {
    throw new Error('The process that supervised the program was killed, and the program with it.');
  }
  if (endedFor === undefined) return undefined;
  return { kind: 'Interrupted', reason: 'The lease ran out while no agent looked after the program.' };
}
