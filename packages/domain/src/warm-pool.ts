import type { InstanceRequest, TrainingJobSpec } from './training-job.js';

/*
 * Managed warm pools, as SageMaker has them: the slot of a training job that has ended stays its tenant's for a while,
 * and the next training job that matches starts in it at once. A pool has no name of its own; it is a property of the
 * training job that last ran in the slot.
 */

/** Longest `KeepAlivePeriodInSeconds`: one hour, the guide's limit. */
export const MAX_KEEP_ALIVE_SECONDS = 3600;

/** A slot may go from job to job for so long: 28 days, as SageMaker's. */
export const MAX_WARM_POOL_AGE_MS = 28 * 24 * 3600 * 1000;

/**
 * SageMaker's words. InUse: the training job runs in the slot. Available: it has ended and the slot waits. Reused: another
 * training job runs, or ran, in the slot. Terminated: the slot was given back.
 */
export type WarmPoolStatus = 'InUse' | 'Available' | 'Reused' | 'Terminated';

/** Why a slot was given back. */
export type WarmPoolEnd =
  /** Nobody came within the period. */
  | 'expired'
  /** UpdateTrainingJob with a period of 0, or one that is over. */
  | 'updated'
  /** The job said no period, or it was reused by one that did not. */
  | 'not kept'
  /** The job ended by a fault that may be the machine's. */
  | 'unhealthy'
  /** The agent is gone, was restarted, or takes no more work. */
  | 'agent gone'
  /** The agent is of a version that keeps no slots. */
  | 'agent too old'
  /** The agent did not take the job that was to start in it. */
  | 'not taken'
  /** It has gone from job to job for 28 days. */
  | 'too old'
  /** The tenant has as many pools as it may have. */
  | 'over quota';

const TRANSITIONS: Readonly<Record<WarmPoolStatus, readonly WarmPoolStatus[]>> = {
  // A job that is interrupted goes on in another slot.
  InUse: ['InUse', 'Available', 'Terminated'],
  Available: ['Reused', 'Terminated'],
  Reused: [],
  Terminated: [],
};

/** True when a training job's warm pool may go from one status to the other. */
export function mayFollow(from: WarmPoolStatus, to: WarmPoolStatus): boolean {
  return TRANSITIONS[from].includes(to);
}

/** What a training job must have in common with the one before it in the slot: SageMaker's matching fields, in its order. */
export interface WarmPoolMatch {
  readonly RoleArn: string;
  readonly InstanceType: string;
  readonly InstanceCount: number;
  readonly VolumeSizeInGB: number;
  readonly VolumeKmsKeyId: string;
  readonly EnableInterContainerTrafficEncryption: boolean;
  readonly EnableNetworkIsolation: boolean;
}

export type WarmPoolField = keyof WarmPoolMatch;

export const WARM_POOL_FIELDS: readonly WarmPoolField[] = [
  'RoleArn',
  'InstanceType',
  'InstanceCount',
  'VolumeSizeInGB',
  'VolumeKmsKeyId',
  'EnableInterContainerTrafficEncryption',
  'EnableNetworkIsolation',
];

type Matched = Pick<
  TrainingJobSpec,
  'instances' | 'networkIsolation' | 'roleArn' | 'volumeKmsKeyId' | 'interContainerTrafficEncryption'
>;

/** What must be the same for a job to start in a slot of `instance`, an entry of its fallback list. */
export function warmPoolMatch(spec: Matched, instance: InstanceRequest): WarmPoolMatch {
  return {
    RoleArn: spec.roleArn ?? '',
    InstanceType: instance.instanceType,
    InstanceCount: instance.instanceCount,
    VolumeSizeInGB: instance.volumeSizeGib,
    VolumeKmsKeyId: spec.volumeKmsKeyId ?? '',
    EnableInterContainerTrafficEncryption: spec.interContainerTrafficEncryption ?? false,
    EnableNetworkIsolation: spec.networkIsolation,
  };
}

/**
 * One text for each entry of the fallback list, in its order: a pool with the same text serves. None for managed spot
 * training, which warm pools never serve.
 */
export function warmPoolKeys(tenant: string, spec: Matched & Pick<TrainingJobSpec, 'spot'>): readonly string[] {
  if (spec.spot) return [];
  return spec.instances.map((instance) => warmPoolKey(tenant, warmPoolMatch(spec, instance)));
}

/** The same for two slots exactly when a job that matches one matches the other. Tenants never share. */
export function warmPoolKey(tenant: string, match: WarmPoolMatch): string {
  return JSON.stringify([tenant, ...WARM_POOL_FIELDS.map((field) => match[field])]);
}

/** The first field in which a job differs from a pool; undefined when it could start in it. */
export function firstDifference(job: WarmPoolMatch, pool: WarmPoolMatch): WarmPoolField | undefined {
  return WARM_POOL_FIELDS.find((field) => job[field] !== pool[field]);
}

/** One sentence for each thing that keeps a slot from being retained as asked; empty when it can be. */
export function keepAliveFaults(keepAliveSeconds: number): string[] {
  if (Number.isInteger(keepAliveSeconds) && keepAliveSeconds >= 0 && keepAliveSeconds <= MAX_KEEP_ALIVE_SECONDS)
    return [];
  return [
    `KeepAlivePeriodInSeconds is ${keepAliveSeconds}; it must be an integer from 1 to ${MAX_KEEP_ALIVE_SECONDS}, or 0 for no warm pool.`,
  ];
}
