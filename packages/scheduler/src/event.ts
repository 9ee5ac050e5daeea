import type { AttemptKey, AttemptPhase, AttemptResult, MetricPoint } from '@fleetune/domain';
import type { Asked } from '@fleetune/search';
import type { TrainingJobState, TuningJobState } from './state.js';

/** Everything that can happen to the scheduler. Jobs are already in the store when their event arrives. */
export type SchedulerEvent =
  | { readonly kind: 'TuningJobCreated'; readonly job: TuningJobState }
  | { readonly kind: 'TrainingJobCreated'; readonly job: TrainingJobState }
  | { readonly kind: 'TuningJobStopRequested'; readonly tuningJobId: string }
  | { readonly kind: 'TrainingJobStopRequested'; readonly trainingJobId: string }
  | { readonly kind: 'KeepAliveChanged'; readonly trainingJobId: string; readonly keepAliveSeconds: number }
  | { readonly kind: 'Suggested'; readonly tuningJobId: string; readonly asked: Asked; readonly convergence?: number }
  | { readonly kind: 'SuggestionFailed'; readonly tuningJobId: string; readonly reason: string }
  | {
      readonly kind: 'AgentConnected';
      readonly agentId: string;
      readonly epoch: string;
      readonly offers: ReadonlyMap<string, number>;
      readonly held: readonly AttemptKey[];
      /** Slots that it has kept, each named by the attempt that ran there last; undefined where it cannot keep any. */
      readonly kept: readonly AttemptKey[] | undefined;
    }
  | { readonly kind: 'AgentDraining'; readonly agentId: string }
  | { readonly kind: 'AgentDisconnected'; readonly agentId: string; readonly epoch: string }
  | {
      readonly kind: 'ClaimRequested';
      readonly agentId: string;
      readonly key: AttemptKey;
      /** The slot that it was offered for; undefined when it comes from a class queue. */
      readonly keptAfter?: AttemptKey;
    }
  | {
      readonly kind: 'LeasesRenewed';
      readonly agentId: string;
      readonly keys: readonly AttemptKey[];
      readonly sentAtMonotonicMs: bigint;
    }
  | {
      readonly kind: 'PhaseChanged';
      readonly agentId: string;
      readonly key: AttemptKey;
      readonly phase: AttemptPhase;
      readonly message: string;
    }
  | {
      readonly kind: 'MetricsReported';
      readonly agentId: string;
      readonly key: AttemptKey;
      readonly points: readonly MetricPoint[];
    }
  | { readonly kind: 'AttemptReported'; readonly agentId: string; readonly result: AttemptResult }
  /** Time has passed. Sent about once a second. */
  | { readonly kind: 'Ticked' };
