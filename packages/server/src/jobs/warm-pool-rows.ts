import {
  instanceTypeOf,
  type WarmPoolEnd,
  type WarmPoolMatch,
  type WarmPoolStatus,
  warmPoolKey,
} from '@fleetune/domain';
import type { WarmPoolState, WarmPoolView } from '@fleetune/scheduler';
import type { StoredWarmPool, WarmPoolRow } from '@fleetune/store';

/** Translation of warm pools between the scheduler, the table, and what is shown. */

export function warmPoolRow(pool: WarmPoolState): WarmPoolRow {
  return {
    training_job_id: pool.trainingJobId,
    tenant: pool.tenant,
    fence: pool.fence,
    agent_id: pool.agentId,
    instance_class: pool.instanceClass,
    match: pool.match,
    cluster_id: pool.clusterId,
    born_at: iso(pool.bornAtMs),
    reuses: pool.reuses,
    keep_alive_seconds: pool.keepAliveSeconds,
    status: pool.status,
    available_at: pool.availableAtMs === undefined ? null : iso(pool.availableAtMs),
    retained_ms: Math.round(pool.retainedMs),
    reused_by: pool.reusedBy ?? null,
    end_reason: pool.end ?? null,
    ended_at: pool.endedAtMs === undefined ? null : iso(pool.endedAtMs),
  };
}

export function warmPoolState(row: StoredWarmPool, trainingJobName: string): WarmPoolState {
  const match = row.match as WarmPoolMatch;
  return {
    trainingJobId: row.training_job_id,
    trainingJobName,
    tenant: row.tenant,
    fence: row.fence,
    agentId: row.agent_id,
    instanceClass: row.instance_class,
    match,
    key: warmPoolKey(row.tenant, match),
    clusterId: row.cluster_id,
    bornAtMs: row.born_at.getTime(),
    reuses: row.reuses,
    keepAliveSeconds: row.keep_alive_seconds,
    status: row.status as WarmPoolStatus,
    availableAtMs: row.available_at?.getTime(),
    retainedMs: row.retained_ms,
    reusedBy: row.reused_by ?? undefined,
    end: (row.end_reason ?? undefined) as WarmPoolEnd | undefined,
    endedAtMs: row.ended_at?.getTime(),
    offers: 0,
  };
}

export function warmPoolView(row: StoredWarmPool, nowMs: number): WarmPoolView {
  const waitsSinceMs = row.status === 'Available' ? row.available_at?.getTime() : undefined;
  const keepAliveSeconds = row.wanted_keep_alive_seconds ?? row.keep_alive_seconds;
  const retainedMs = waitsSinceMs === undefined ? row.retained_ms : Math.max(0, nowMs - waitsSinceMs);
  return {
    status: row.status as WarmPoolStatus,
    keepAliveSeconds,
    agentId: row.agent_id,
    instanceType: instanceTypeOf(row.instance_class),
    reuses: row.reuses,
    retainedSeconds: retainedMs / 1000,
    expiresAtMs: waitsSinceMs === undefined ? undefined : waitsSinceMs + keepAliveSeconds * 1000,
    reusedBy: row.reused_by ?? undefined,
    end: (row.end_reason ?? undefined) as WarmPoolEnd | undefined,
  };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
