import type { AttemptKey } from '@fleetune/domain';
import type { SchedulerEvent } from '../event.js';
import type { VirtualProgram } from './virtual-program.js';

/** An attempt on a virtual agent, from its grant until its report is acknowledged. */
export interface Held {
  readonly key: AttemptKey;
  readonly units: number;
  readonly keepsSlot: boolean;
  /** Names what it shares with others in the slot. */
  readonly warmPool?: string;
  program?: VirtualProgram;
  state: 'running' | 'reported';
  /** When the last message that the server answered with this lease was sent, by the agent's clock. */
  heldFromMs: number;
  stopOrdered: boolean;
  interruption?: string;
  told: SchedulerEvent[];
}

/** An attempt that a queue handed out, asked for and not yet granted. */
export interface Claim {
  readonly key: AttemptKey;
  readonly instanceClass: string;
  readonly units: number;
  /** The kept slot that it is to start in; undefined when it comes from a queue. */
  readonly keptAfter?: AttemptKey;
  readonly askedAtMs: number;
}

/** Room that is taken. */
export function usedUnits(attempts: Iterable<Held>, claims: Iterable<Claim>): number {
  let used = 0;
  for (const { program, units, state, keepsSlot } of attempts) {
    // A slot to be kept is not free in the moment between its program's end and the agent's hearing of it.
    if (program?.alive || (keepsSlot && state === 'running')) used += units;
  }
  for (const { units } of claims) used += units;
  return used;
}
