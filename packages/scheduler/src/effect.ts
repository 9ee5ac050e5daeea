import type { AttemptKey, StopReason, WarmPoolEnd, WarmPoolField } from '@fleetune/domain';
import type { TrialOutcome } from '@fleetune/search';
import type { PassedOver } from './placement/fallback.js';
import type { LeaseGrant } from './ports.js';
import type { MetricBatch, TrainingJobState, TuningJobState } from './state.js';
import type { WarmPoolState } from './warm-pools/warm-pool-state.js';

/**
 * What a step wants done. `Save...` effects of one or more steps become one transaction; every other effect is carried
 * out, in order, only after the transaction that holds the saves before it.
 */
export type Effect =
  | { readonly kind: 'SaveTuningJob'; readonly job: TuningJobState }
  | { readonly kind: 'SaveTrainingJob'; readonly job: TrainingJobState }
  | { readonly kind: 'SaveWarmPool'; readonly pool: WarmPoolState }
  | { readonly kind: 'SaveMetrics'; readonly batch: MetricBatch }
  | { readonly kind: 'Enqueue'; readonly instanceClass: string; readonly key: AttemptKey }
  | { readonly kind: 'Ask'; readonly tuningJob: TuningJobState; readonly count: number }
  | { readonly kind: 'Tell'; readonly tuningJobId: string; readonly index: number; readonly outcome: TrialOutcome }
  | { readonly kind: 'CloseSearch'; readonly tuningJobId: string }
  | {
      readonly kind: 'WelcomeAgent';
      readonly agentId: string;
      readonly killAttempts: readonly AttemptKey[];
      readonly keptSlots: readonly AttemptKey[];
    }
  /** All slots that the agent keeps from now on. */
  | { readonly kind: 'KeepSlots'; readonly agentId: string; readonly slots: readonly AttemptKey[] }
  /** The attempt may be claimed, for this slot only. */
  | {
      readonly kind: 'OfferSlot';
      readonly agentId: string;
      readonly key: AttemptKey;
      readonly instanceClass: string;
      readonly keptAfter: AttemptKey;
    }
  | { readonly kind: 'GrantLease'; readonly agentId: string; readonly grant: LeaseGrant }
  | { readonly kind: 'RefuseClaim'; readonly agentId: string; readonly key: AttemptKey; readonly reason: string }
  | {
      readonly kind: 'AcknowledgeReport';
      readonly agentId: string;
      readonly key: AttemptKey;
      readonly accepted: boolean;
    }
  | { readonly kind: 'StopAttempt'; readonly agentId: string; readonly key: AttemptKey; readonly reason: StopReason }
  | {
      readonly kind: 'ConfirmRenewal';
      readonly agentId: string;
      readonly sentAtMonotonicMs: bigint;
      readonly renewed: AttemptKey[];
      readonly lost: AttemptKey[];
    }
  | { readonly kind: 'AnnounceDemand'; readonly instanceClasses: readonly string[] }
  /** For metrics: something worth counting happened. */
  | { readonly kind: 'Observe'; readonly fact: Fact };

export type Fact =
  | { readonly kind: 'AttemptEnded'; readonly outcome: string }
  | { readonly kind: 'AttemptLeased'; readonly instanceClass: string; readonly queueWaitMs: number }
  | { readonly kind: 'TrainingJobEnded'; readonly status: string; readonly startupMs?: number }
  | { readonly kind: 'TuningJobEnded'; readonly status: string }
  | { readonly kind: 'LeaseExpired' }
  /** A training job was placed on `to` although it prefers `from`. */
  | { readonly kind: 'FellBack'; readonly from: string; readonly to: string; readonly reason: PassedOver['reason'] }
  /** A class failed to start attempts and is passed over in fallback lists for a while. */
  | { readonly kind: 'BreakerOpened'; readonly instanceClass: string }
  | { readonly kind: 'WarmPoolReused'; readonly retainedMs: number }
  /** A training job starts cold, and this keeps it from starting in a slot that its tenant has retained. */
  | { readonly kind: 'WarmPoolMissed'; readonly field: WarmPoolField }
  | { readonly kind: 'WarmPoolEnded'; readonly how: WarmPoolEnd; readonly retainedMs: number }
  | { readonly kind: 'FencedWrite'; readonly write: 'claim' | 'phase' | 'metrics' | 'report' };
