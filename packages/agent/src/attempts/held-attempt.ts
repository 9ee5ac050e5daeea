import type { AttemptKey, AttemptOutcome, AttemptResult } from '@fleetune/domain';
import type { AttemptExecution, StopTime } from '../execution/attempt-execution.js';
import type { LeftSlot } from '../intake/kept-slots.js';
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
  /** Names the warm pool that it leaves its slot to; empty where it leaves it to all. */
  warmPool = '';
  readonly told = new ReplayBuffer();
  execution: AttemptExecution | undefined;
  state: HeldState = 'running';
  /** Left to the next agent process. */
  isLetGo = false;
  /** Resolves when its lease is held here: at once for what this process was granted. */
  readonly leased: Promise<void>;
  #setLeased: (() => void) | undefined;
  #interruption: { readonly reason: string; readonly killed: boolean } | undefined;

  /** @param isTakenOver an earlier agent process was granted it, and the server has to confirm that. */
  constructor(key: AttemptKey, slot: Slot, isTakenOver = false) {
    this.leased = isTakenOver
      ? new Promise((resolve) => {
          this.#setLeased = resolve;
        })
      : Promise.resolve();
    this.key = key;
    this.name = attemptName(key);
    this.slot = slot;
  }

  /** True once: when the lease of what an earlier process was granted begins to be held here. */
  beginLease(): boolean {
    const isDue = this.#setLeased !== undefined;
    this.#setLeased?.();
    this.#setLeased = undefined;
    return isDue;
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
    // An earlier agent process may have asked for the end.
    const { reason = 'The agent was stopped.', killed = false } = this.#interruption ?? {};
    const { outcome } = result;
    const endedByAgent = killed || (outcome.kind === 'Stopped' && outcome.stopReason === 'AgentStopping');
    return endedByAgent ? { kind: 'Interrupted', reason } : outcome;
  }

  /** What is left for the next attempt of the warm pool; undefined where that must not have the slot. */
  leaves({ kind }: AttemptOutcome): LeftSlot | undefined {
    const isSound = kind === 'Succeeded' || kind === 'AlgorithmError' || kind === 'ClientError' || kind === 'Stopped';
    return isSound && this.warmPool !== '' ? { key: this.key, warmPool: this.warmPool } : undefined;
  }
}
