import type {
  AttemptKey,
  AttemptOutcome,
  AttemptState,
  CompletionReason,
  Configuration,
  CrossValidation,
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
import type { DeadlineWatch } from './deadline-watch.js';
import type { Backlog } from './placement/backlog.js';
import type { ClassBreakers } from './placement/class-breakers.js';
import type { RecentEnds } from './placement/class-rooms.js';
import type { FairShares, TenantShare } from './placement/fair-share.js';
import type { Placement } from './placement/fallback.js';
import type { FleetCapacity } from './placement/fleet-capacity.js';
import type { TrainingWatch } from './tuning/training-watch.js';
import type { NearMiss } from './warm-pools/near-miss.js';
import type { WarmPoolState } from './warm-pools/warm-pool-state.js';
import type { WarmPools } from './warm-pools/warm-pools.js';

/**
 * What the scheduler holds in memory: everything that is not over, and nothing else. One `step` owns it at a time and
 * changes it in place; what it changed is named in the effects it returns.
 */
export interface SchedulerState {
  readonly settings: SchedulerSettings;
  readonly tuningJobs: Map<string, TuningJobState>;
  readonly trainingJobs: Map<string, TrainingJobState>;
  readonly agents: Map<string, AgentState>;
  /** Training jobs without a live attempt. */
  readonly pending: Backlog<TrainingJobState>;
  /** Attempts that are queued and not leased, by instance class. */
  readonly queuedByClass: Map<string, number>;
  /** Classes that agents were last told to listen on, with the time of their last due attempt. */
  readonly demand: Map<string, number>;
  /** What agents that are ready offer and have free. */
  readonly capacity: FleetCapacity;
  readonly shares: FairShares;
  readonly breakers: ClassBreakers;
  readonly recentEnds: RecentEnds;
  readonly deadlines: DeadlineWatch;
  /** Slots that are retained for the next training job that matches. */
  readonly warmPools: WarmPools;
  /** Something changed that may let a waiting training job start. */
  admissionDue: boolean;
  /** When this scheduler took over: agents need a while to say hello. */
  readonly startedAtMs: number;
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
  /** How long each entry of a fallback list is waited for while all its slots are busy. 0: the next one is taken at once. */
  readonly entryPatienceMs: number;
  /** What becomes of a training job for which no agent offers any entry: SageMaker lets it wait. */
  readonly whenNotOffered: 'wait' | 'fail';
  /** How long agents may be away before what they offered counts as not offered. */
  readonly offerPatienceMs: number;
  /** Waiting so long counts as much as one step of priority. */
  readonly agingStepMs: number;
  /** What a second of training on a spot machine costs, as part of what it costs elsewhere: over 0, at most 1. */
  readonly spotPriceRatio: number;
  /** Managed spot training waits for spot machines, and is never served by others. */
  readonly spotOnly: boolean;
  /** Slots that a tenant may have retained at once. */
  readonly maxWarmPools: number;
  /** Weights and quotas; a tenant that is not here has weight 1 and no quota. */
  readonly tenants: ReadonlyMap<string, TenantShare>;
}

export const DEFAULT_SETTINGS: SchedulerSettings = {
  leaseTtlMs: 30_000,
  leaseGraceMs: 15_000,
  requeueAfterMs: 2_000,
  stopDeadlineMs: 150_000,
  retryBackoffMs: 1_000,
  infrastructureRetries: 10,
  demandLingerMs: 60_000,
  entryPatienceMs: 0,
  whenNotOffered: 'wait',
  offerPatienceMs: 600_000,
  agingStepMs: 120_000,
  spotPriceRatio: 0.3,
  spotOnly: false,
  maxWarmPools: Number.POSITIVE_INFINITY,
  tenants: new Map(),
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
  /** Stops training jobs early, where that is asked for. Memory only: replayed from the metrics in the store at start. */
  readonly watch?: TrainingWatch;
  /** Objectives of the folds of the best training job. Memory only: read from its folds at start. */
  foldsOfBest?: readonly number[];
}

export interface AttemptRecord {
  readonly fence: number;
  readonly instanceIndex: number;
  readonly instanceClass: string;
  state: AttemptState;
  readonly queuedAtMs: number;
  /** Memory only: why this entry of the fallback list. */
  readonly placement?: Placement;
  /** Memory only: set aside for the slot that this training job left, and so on no class queue. */
  warmPoolOf?: string;
  /** Memory only: why it starts in no warm pool although its tenant has one. */
  nearMiss?: NearMiss;
  /** Memory only: when its program was started. */
  trainingSinceMs?: number;
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
  /** Set on a fold of a cross-validated training job. */
  readonly fold?: { readonly parentId: string; readonly tuningJobId: string; readonly position: number };
  /** Set on a training job that is cross-validated: its folds have attempts, it has none of its own. */
  readonly crossValidation?: FoldProgress;
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
  /** The slot that it runs in, or ran in, where that is or was one to be kept. */
  warmPool?: WarmPoolState;
  /** Attempts other than the newest that ended since the last commit. */
  readonly endedAttempts: AttemptRecord[];
  internalErrors: number;
  interruptions: number;
  losses: number;
  /** Attempts in a row that nobody claimed and that were moved to another class. Memory only. */
  moves?: number;
  /** No new attempt before this time. */
  notBeforeMs: number;
  trainingStartMs?: number;
  trainingEndMs?: number;
  /** Sum over attempts. */
  trainingMs: number;
  /** The same, with less for the time on spot machines. */
  billableMs: number;
  startupMs?: number;
  finalMetrics: readonly FinalMetric[];
  objective?: number;
  modelArtifactUri?: string;
  endedAtMs?: number;
  lastModifiedAtMs: number;
}

/** How far the folds of a training job have come. Memory only: read from the folds at start. */
export interface FoldProgress {
  readonly plan: CrossValidation;
  /** Final metrics of each fold that completed, by its position. */
  readonly results: Map<number, readonly FinalMetric[]>;
  /** Folds that have been launched and have not ended. */
  readonly running: Set<string>;
  launched: number;
  failed?: number;
  /** Set once too few folds can still succeed. */
  failure?: { readonly reason: string; readonly kind: 'retryable' | 'nonRetryable' };
}

export interface AgentState {
  readonly id: string;
  readonly epoch: string;
  /** Silent: connected, and not heard of for longer than a lease lasts. It gets no work until it is heard again. */
  state: 'Ready' | 'Draining' | 'Silent';
  lastHeardMs: number;
  /** Slots by class name; `*` is any class. */
  readonly offers: ReadonlyMap<string, number>;
  /** Instance classes of the attempts leased to this agent, by training job. */
  readonly leases: Map<string, string>;
  /** Instance classes of the slots that it keeps, by the training job that left them. */
  readonly retained: Map<string, string>;
  /** False for agents of a version before warm pools. */
  readonly keepsSlots: boolean;
  /** Training jobs leased to it that its hello did not name; its first renewal decides. */
  readonly inDoubt: Set<string>;
}

export interface MetricBatch {
  readonly key: AttemptKey;
  readonly points: readonly MetricPoint[];
}

export interface LoadedState {
  readonly tuningJobs: readonly TuningJobState[];
  readonly trainingJobs: readonly TrainingJobState[];
  /** Those that are Available. */
  readonly warmPools: readonly WarmPoolState[];
}
