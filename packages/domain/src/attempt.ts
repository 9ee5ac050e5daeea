import type { FinalMetric } from './metric.js';

/**
 * One try at running a training job. `fence` counts the tries of that training job from 1; whoever writes with an
 * older fence is refused, so a pair (training job, fence) names an attempt for ever.
 */
export interface AttemptKey {
  readonly trainingJobId: string;
  readonly fence: number;
}

/** Queued: on a class queue, nobody has it. Leased: one agent may run it. Ended: it can never run again. */
export type AttemptState = 'Queued' | 'Leased' | 'Ended';

/** Why a running program was told to stop. */
export type StopReason =
  | 'UserRequested'
  | 'TuningJobStopped'
  | 'EarlyStopped'
  /** It trained for as many epochs as its strategy gives one training job (Hyperband's MaxResource). */
  | 'MaxResourceReached'
  /** The training job whose fold it is has failed. */
  | 'FoldsAbandoned'
  | 'MaxRuntimeExceeded'
  | 'MaxWaitExceeded'
  /** The agent itself is going away. Its report is `Interrupted`, so that the job is tried again elsewhere. */
  | 'AgentStopping';

/** How an attempt ended, as the agent that ran it saw it, or as the server concluded (`Lost`). */
export type AttemptOutcome =
  /** The program exited 0. */
  | { readonly kind: 'Succeeded' }
  /** The program's own fault: it is not tried again. `reason` goes to FailureReason. */
  | { readonly kind: 'AlgorithmError'; readonly reason: string; readonly exitCode?: number }
  /** The job's description cannot work (missing channel, unknown algorithm): it is not tried again. */
  | { readonly kind: 'ClientError'; readonly reason: string }
  /** Ours: the agent could not do its part. Tried again within the retry budget. */
  | { readonly kind: 'InternalError'; readonly reason: string }
  /** Stopped on request or at a limit; what the program had saved was kept. */
  | { readonly kind: 'Stopped'; readonly stopReason: StopReason }
  /** The machine was taken away with notice. Always tried again. */
  | { readonly kind: 'Interrupted'; readonly reason: string }
  /** The lease ran out or the agent forgot the attempt. Always tried again. */
  | { readonly kind: 'Lost'; readonly reason: string };

/** What an agent reports once, at the end of an attempt. */
export interface AttemptResult {
  readonly key: AttemptKey;
  readonly outcome: AttemptOutcome;
  readonly finalMetrics: readonly FinalMetric[];
  readonly modelArtifactUri?: string;
  /** When the user's program started and ended, by the agent's clock. */
  readonly trainingStartMs?: number;
  readonly trainingEndMs?: number;
  /** From the slot being free to the first byte the user's program printed, else to its start. */
  readonly startupMs?: number;
}
