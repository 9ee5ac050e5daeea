import type { AttemptKey, StopReason, TrainingJobSpec } from '@fleetune/domain';
import type { Asked, TrialOutcome } from '@fleetune/search';
import type { LoadedState, MetricBatch, TrainingJobState, TuningJobState } from './state.js';
import type { WarmPoolState } from './warm-pools/warm-pool-state.js';

export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
}

/** Lets time pass. A simulation passes its own. */
export interface Timers {
  /** 0 is one turn of the event loop. */
  pause(ms: number): Promise<void>;
  /** @returns what ends it. */
  every(ms: number, act: () => void): () => void;
}

/** Uniform in [0, 1). */
export type Random = () => number;

/** What one commit makes durable, all or nothing. Rows are written as they are at the moment of the call. */
export interface Changes {
  readonly tuningJobs: readonly TuningJobState[];
  readonly trainingJobs: readonly TrainingJobState[];
  readonly metrics: readonly MetricBatch[];
  /** One of each training job at most. */
  readonly warmPools: readonly WarmPoolState[];
}

/** The system of record, as the scheduler needs it. */
export interface StateStore {
  /** Everything that is not over. */
  load(): Promise<LoadedState>;
  /**
   * Writes all rows in one transaction.
   *
   * @throws LostOwnershipError when another server has taken over, or a row was not in the state this scheduler left
   * it in: nothing was written, and the scheduler must load again.
   */
  commit(changes: Changes): Promise<void>;
}

export class LostOwnershipError extends Error {
  override readonly name = 'LostOwnershipError';
}

/** Wakes agents up. May lose everything at any time, or hang: entries are put in again while their attempt is due. */
export interface AttemptQueue {
  enqueue(entries: readonly { readonly instanceClass: string; readonly key: AttemptKey }[]): Promise<void>;
}

/** Runs strategies, off the scheduler's thread where they are heavy. Calls for one tuning job are carried out in order. */
export interface SearchHost {
  ask(tuningJob: TuningJobState, count: number): Promise<Asked & { readonly convergence?: number }>;
  tell(tuningJobId: string, index: number, outcome: TrialOutcome): void;
  close(tuningJobId: string): void;
}

/** An agent's granted lease, ready to be sent. */
export interface LeaseGrant {
  readonly key: AttemptKey;
  readonly trainingJobName: string;
  readonly tenant: string;
  readonly instanceType: string;
  readonly spec: TrainingJobSpec;
  /** Names what training jobs share that run in this slot one after the other; undefined where nobody follows. */
  readonly warmPool?: string;
}

/** What the scheduler says to connected agents. Messages to agents that are gone are dropped. */
export interface AgentLink {
  /** @param keptSlots that the agent goes on keeping; it gives back all others. */
  welcome(agentId: string, killAttempts: readonly AttemptKey[], keptSlots: readonly AttemptKey[]): void;
  keepSlots(agentId: string, slots: readonly AttemptKey[]): void;
  offerSlot(agentId: string, key: AttemptKey, instanceClass: string, keptAfter: AttemptKey): void;
  grant(agentId: string, grant: LeaseGrant): void;
  refuse(agentId: string, key: AttemptKey, reason: string): void;
  acknowledge(agentId: string, key: AttemptKey, accepted: boolean): void;
  stop(agentId: string, key: AttemptKey, reason: StopReason): void;
  renewed(agentId: string, renewal: { sentAtMonotonicMs: bigint; renewed: AttemptKey[]; lost: AttemptKey[] }): void;
  demand(instanceClasses: readonly string[]): void;
}
