import type { AttemptKey, AttemptOutcome, AttemptResult } from '@fleetune/domain';
import type { AttemptExecution } from '../execution/attempt-execution.js';
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
  interrupt(reason: string): void {
    this.#interruption ??= { reason, killed: false };
    // The executor knows no reason of the agent's; `outcomeOf` puts the true one into the report.
    this.execution?.stop('UserRequested');
  }

  /** Ends every process at once. */
  kill(reason: string): void {
    this.#interruption = { reason, killed: true };
    void this.execution?.kill();
  }

  /** What the server is told: an attempt that the agent interrupted is tried again, whatever its program made of it. */
  outcomeOf(result: AttemptResult): AttemptOutcome {
    const interruption = this.#interruption;
    if (interruption === undefined) return result.outcome;
    const { reason, killed } = interruption;
    return killed || result.outcome.kind === 'Stopped' ? { kind: 'Interrupted', reason } : result.outcome;
  }
}
