import type {
  AttemptKey,
  AttemptOutcome,
  AttemptState,
  CompletionReason,
  Configuration,
  FinalMetric,
  MetricPoint,
  SecondaryStatus,
  SecondaryStatusTransition,
  StopReason,
  TrainingJobSpec,
  TrainingJobStatus,
  TuningJobSpec,
  TuningJobStatus,
} from '@fleetune/domain';
import type { LearningCurves } from './early-stopping.js';

/**
 * What the scheduler holds in memory: everything that is not over, and nothing else. One `step` owns it at a time and
 * changes it in place; what it changed is named in the effects it returns.
 */
export interface SchedulerState {
  readonly settings: SchedulerSettings;
  readonly tuningJobs: Map<string, TuningJobState>;
  readonly trainingJobs: Map<string, TrainingJobState>;
  readonly agents: Map<string, AgentState>;
  /** Training jobs without a live attempt, oldest first. */
  readonly pending: Set<string>;
  /** Attempts that are queued and not leased, by instance class. */
  readonly queuedByClass: Map<string, number>;
  /** Classes that agents were last told to listen on, with the time of their last due attempt. */
  readonly demand: Map<string, number>;
}

export interface SchedulerSettings {
  readonly leaseTtlMs: number;
  /** Beyond the TTL, before an unrenewed lease counts as lost; covers the agent's kill and the network. */
  readonly leaseGraceMs: number;
  /** A queued attempt that nobody claimed is put on its queue again after this, then ever more rarely. */
  readonly requeueAfterMs: number;
  /** How long a stopping program may take before its lease is revoked: SageMaker's 120 s and a margin. */
  readonly stopDeadlineMs: number;
  /** Wait before another attempt after an error of ours, doubled each time. */
  readonly retryBackoffMs: number;
  /** Lost or internally failed attempts that a training job survives beyond its own retry budget. */
  readonly infrastructureRetries: number;
  /** How long agents go on listening on a class queue that fell silent. */
  readonly demandLingerMs: number;
}

export const DEFAULT_SETTINGS: SchedulerSettings = {
  leaseTtlMs: 30_000,
  leaseGraceMs: 15_000,
  requeueAfterMs: 2_000,
  stopDeadlineMs: 150_000,
  retryBackoffMs: 1_000,
  infrastructureRetries: 10,
  demandLingerMs: 60_000,
};

export interface TuningJobState {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly spec: TuningJobSpec;
  readonly createdAtMs: number;
  status: TuningJobStatus;
  /** Set once no more training jobs will be launched. */
  completionReason?: CompletionReason;
  failureReason?: string;
  /** Training jobs ever launched; equals the next suggestion's index. */
  launched: number;
  /** Ids of launched training jobs that have not ended: the permits in use. */
  readonly inFlight: Set<string>;
  /** Suggestions asked for and not yet received. */
  asking: number;
  completed: number;
  stopped: number;
  retryableErrors: number;
  nonRetryableErrors: number;
  objectiveSucceeded: number;
  objectiveFailed: number;
  best?: { readonly trainingJobId: string; readonly objective: number };
  notImproving: number;
  convergedAtMs?: number;
  consumedRuntimeMs: number;
  endedAtMs?: number;
  lastModifiedAtMs: number;
  /** Undefined unless early stopping is on. Memory only: read from the metrics in the store at start. */
  readonly curves?: LearningCurves;
}

export interface AttemptRecord {
  readonly fence: number;
  readonly instanceIndex: number;
  readonly instanceClass: string;
  state: AttemptState;
  readonly queuedAtMs: number;
  agentId?: string;
  leasedAtMs?: number;
  endedAtMs?: number;
  outcome?: AttemptOutcome;
  /** Memory only: when an unclaimed attempt is put on its queue again, and how often it was. */
  requeueAtMs: number;
  requeues: number;
  /** Memory only. A restarted server grants every lease a full TTL, so that it never re-leases too early. */
  leaseExpiresAtMs: number;
}

export interface TrainingJobState {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly spec: TrainingJobSpec;
  readonly createdAtMs: number;
  readonly tuning?: {
    readonly tuningJobId: string;
    readonly index: number;
    readonly definition: number;
    readonly configuration: Configuration;
  };
  status: TrainingJobStatus;
  secondaryStatus: SecondaryStatus;
  transitions: SecondaryStatusTransition[];
  failureReason?: string;
  stopReason?: StopReason;
  stopDeadlineMs?: number;
  /** Fence of the newest attempt; 0 before the first. */
  fence: number;
  /** The newest attempt. */
  attempt?: AttemptRecord;
  /** Attempts other than the newest that ended since the last commit. */
  readonly endedAttempts: AttemptRecord[];
  internalErrors: number;
  interruptions: number;
  losses: number;
  /** No new attempt before this time. */
  notBeforeMs: number;
  trainingStartMs?: number;
  trainingEndMs?: number;
  /** Sum over attempts. */
  trainingMs: number;
  startupMs?: number;
  finalMetrics: readonly FinalMetric[];
  objective?: number;
  modelArtifactUri?: string;
  endedAtMs?: number;
  lastModifiedAtMs: number;
}

export interface AgentState {
  readonly id: string;
  readonly epoch: string;
  /** Silent: connected, and not heard of for longer than a lease lasts. It gets no work until it is heard again. */
  state: 'Ready' | 'Draining' | 'Silent';
  lastHeardMs: number;
  /** Slots by class name; `*` is any class. */
  readonly offers: ReadonlyMap<string, number>;
  /** Attempts leased to this agent. */
  readonly leases: Set<string>;
}

export interface MetricBatch {
  readonly key: AttemptKey;
  readonly points: readonly MetricPoint[];
}

export interface LoadedState {
  readonly tuningJobs: readonly TuningJobState[];
  readonly trainingJobs: readonly TrainingJobState[];
}

/** The name under which an agent offers whatever class is asked for. */
export const ANY_CLASS = '*';

/** State to start from: what the store kept, with every lease good for a full TTL from now. */
export function restoreState(loaded: LoadedState, settings: SchedulerSettings, nowMs: number): SchedulerState {
  const state: SchedulerState = {
    settings,
    tuningJobs: new Map(loaded.tuningJobs.map((job) => [job.id, job])),
    trainingJobs: new Map(loaded.trainingJobs.map((job) => [job.id, job])),
    agents: new Map(),
    pending: new Set(),
    queuedByClass: new Map(),
    demand: new Map(),
  };
  for (const job of loaded.trainingJobs) {
    const { attempt } = job;
    if (attempt === undefined || attempt.state === 'Ended') {
      state.pending.add(job.id);
    } else if (attempt.state === 'Queued') {
      attempt.requeueAtMs = nowMs;
      state.queuedByClass.set(attempt.instanceClass, (state.queuedByClass.get(attempt.instanceClass) ?? 0) + 1);
      state.demand.set(attempt.instanceClass, nowMs);
    } else {
      attempt.leaseExpiresAtMs = nowMs + settings.leaseTtlMs + settings.leaseGraceMs;
    }
    if (job.status === 'Stopping') job.stopDeadlineMs = nowMs + settings.stopDeadlineMs;
  }
  return state;
}
