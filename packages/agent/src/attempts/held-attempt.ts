import type { AttemptKey, AttemptOutcome, AttemptResult } from '@fleetune/domain';
import type { AttemptExecution, StopTime } from '../execution/attempt-execution.js';
import type { Slot } from '../inventory/capacity.js';
import { attemptName } from './attempt-name.js';
import { ReplayBuffer } from './replay-buffer.js';

/**
 * running: its program may live. reported: over, and the server has not acknowledged the report. acknowledged: only
 * log bytes are left to ship. abandoned: not ours any more, its processes are being ended.
 */
export type HeldState = 'running' | 'reported' | 'acknowledged' | 'abandoned';

/** One attempt from its grant until nothing of it is left here. */
export class HeldAttempt {
  readonly key: AttemptKey;
  readonly name: string;
  readonly slot: Slot;
  readonly told = new ReplayBuffer();
  execution: AttemptExecution | undefined;
  state: HeldState = 'running';
  #interruption: { readonly reason: string; readonly killed: boolean } | undefined;

  constructor(key: AttemptKey, slot: Slot) {
    this.key = key;
    this.name = attemptName(key);
    this.slot = slot;
  }

  /** Ends the program for a reason of the agent's, with time to save. */
  interrupt(reason: string, time?: StopTime): void {
    this.#interruption ??= { reason, killed: false };
    this.execution?.stop('AgentStopping', time);
  }

  /** Ends every process at once. */
  kill(reason: string): void {
    this.#interruption = { reason, killed: true };
    void this.execution?.kill();
  }

  /** What the server is told: an attempt that the agent ended is tried again; one that had another reason to end is not. */
  outcomeOf(result: AttemptResult): AttemptOutcome {
    const interruption = this.#interruption;
    if (interruption === undefined) return result.outcome;
    const { reason, killed } = interruption;
    const { outcome } = result;
    const endedByAgent = killed || (outcome.kind === 'Stopped' && outcome.stopReason === 'AgentStopping');
    return endedByAgent ? { kind: 'Interrupted', reason } : outcome;
  }
}
