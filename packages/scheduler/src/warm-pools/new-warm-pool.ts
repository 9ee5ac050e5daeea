import { warmPoolKey, warmPoolMatch } from '@fleetune/domain';
import type { AttemptRecord, TrainingJobState } from '../state.js';
import type { WarmPoolState } from './warm-pool-state.js';

/** The slot in which a training job's attempt begins to run: one of its own, or that of a pool. */
export function newWarmPool(
  job: TrainingJobState,
  attempt: AttemptRecord & { readonly agentId: string },
  from: WarmPoolState | string,
  nowMs: number,
): WarmPoolState {
  const reused = typeof from === 'string' ? undefined : from;
  const entry = job.spec.instances[attempt.instanceIndex];
  if (entry === undefined) throw new RangeError(`${job.name} has no instance entry ${attempt.instanceIndex}.`);
  const match = warmPoolMatch(job.spec, entry);
  return {
    trainingJobId: job.id,
    trainingJobName: job.name,
    tenant: job.tenant,
    fence: attempt.fence,
    agentId: attempt.agentId,
    instanceClass: attempt.instanceClass,
    match,
    key: warmPoolKey(job.tenant, match),
    clusterId: typeof from === 'string' ? from : from.clusterId,
    bornAtMs: reused?.bornAtMs ?? nowMs,
    reuses: reused === undefined ? 0 : reused.reuses + 1,
    keepAliveSeconds: job.spec.keepAliveSeconds,
    status: 'InUse',
    retainedMs: 0,
    offers: 0,
  };
}
