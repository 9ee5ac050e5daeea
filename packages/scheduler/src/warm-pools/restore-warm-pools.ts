import type { SchedulerState } from '../state.js';
import { setAside } from './reuse.js';
import type { WarmPoolState } from './warm-pool-state.js';

/**
 * Takes over the slots that were retained when the last server ended. Their agents are away until they say hello. What
 * was set aside for one is not kept anywhere: queued attempts that match are set aside anew, so that no tenant holds
 * more than it did.
 */
export function restoreWarmPools(state: SchedulerState, pools: readonly WarmPoolState[], nowMs: number): void {
  for (const pool of pools) {
    pool.agentGoneSinceMs = nowMs;
    state.warmPools.add(pool);
    state.shares.retained(pool.tenant, pool.instanceClass, nowMs);
    const job = state.trainingJobs.get(state.warmPools.firstQueued(pool.key) ?? '');
    if (job?.attempt !== undefined) setAside(state, job, job.attempt, pool, nowMs);
  }
}
