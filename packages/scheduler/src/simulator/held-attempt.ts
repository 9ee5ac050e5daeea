import type { AttemptKey } from '@fleetune/domain';
import type { SchedulerEvent } from '../event.js';
import type { VirtualProgram } from './virtual-program.js';

/** An attempt on a virtual agent, from its grant until its report is acknowledged. */
export interface Held {
  readonly key: AttemptKey;
  readonly units: number;
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
  readonly askedAtMs: number;
}
