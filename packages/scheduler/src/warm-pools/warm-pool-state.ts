import type { AttemptKey, WarmPoolEnd, WarmPoolMatch, WarmPoolStatus } from '@fleetune/domain';

/** What a training job's slot is, was, or may be to the next one: a record of the job, not of the slot. */
export interface WarmPoolState {
  /** Of the training job that runs in the slot, or ran there last. */
  readonly trainingJobId: string;
  readonly trainingJobName: string;
  readonly tenant: string;
  /** Of its attempt in the slot: with the training job it names the slot to the agent. */
  readonly fence: number;
  readonly agentId: string;
  readonly instanceClass: string;
  readonly match: WarmPoolMatch;
  /** The same for all training jobs that match. */
  readonly key: string;
  /** Stays the same from job to job, and names what they share in the slot: its cache folder. A UUID. */
  readonly clusterId: string;
  /** When the first training job of the slot got it. */
  readonly bornAtMs: number;
  /** Training jobs that ran in the slot before this one. */
  readonly reuses: number;
  keepAliveSeconds: number;
  status: WarmPoolStatus;
  availableAtMs?: number;
  /** How long the slot was kept for nobody, in all; final once the pool is Reused or Terminated. */
  retainedMs: number;
  /** Name of the training job that runs in the slot now. */
  reusedBy?: string;
  end?: WarmPoolEnd;
  endedAtMs?: number;
  /** Memory only: the training job whose attempt is set aside for the slot, and how often the agent was offered it. */
  reservedFor?: string;
  offers: number;
  /** Memory only: since when its agent is away. */
  agentGoneSinceMs?: number;
}

/** What names the slot to its agent. */
export function slotName({ trainingJobId, fence }: WarmPoolState): AttemptKey {
  return { trainingJobId, fence };
}
