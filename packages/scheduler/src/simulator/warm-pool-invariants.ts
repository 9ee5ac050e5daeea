import { mayFollow, warmPoolKeys } from '@fleetune/domain';
import type { LeaseGrant } from '../ports.js';
import type { SchedulerState } from '../state.js';
import { expiresAtMs } from '../warm-pools/retention.js';
import type { WarmPoolState } from '../warm-pools/warm-pool-state.js';
import type { StoreModel } from './store-model.js';
import { attemptName } from './store-model.js';
import { mustHold } from './violation.js';
import type { VirtualAgent } from './virtual-agent.js';

/** Ticks come every second, and each one offers what can be offered. */
const STARTED_WITHIN_MS = 3_000;

/** I8: a pool's record follows the published machine, is durable with what it says of its job, and is billed once. */
export function checkWarmPool(before: WarmPoolState | undefined, row: WarmPoolState, store: StoreModel): void {
  const job = store.trainingJobs.get(row.trainingJobId);
  const name = `the warm pool of ${row.trainingJobName}`;
  const begins = row.status === 'InUse' && row.fence > (before?.fence ?? 0);
  mustHold(
    'I8',
    begins || before === undefined || follows(before, row),
    `${name} went from ${before?.status} to ${row.status}`,
  );
  mustHold(
    'I8',
    (row.status === 'InUse') === (job?.endedAtMs === undefined) || begins || row.end === 'not kept',
    `${name} is ${row.status} and its job is not`,
  );
  if (row.status === 'Available') {
    const attempt = store.attempts.get(attemptName(row));
    mustHold('I8', attempt?.agentId === row.agentId, `${name} is on an agent that did not run its job`);
    mustHold('I8', row.keepAliveSeconds > 0, `${name} is kept for nothing`);
  }
  const { availableAtMs, endedAtMs, retainedMs } = row;
  if (endedAtMs === undefined) return;
  const waitedMs = availableAtMs === undefined ? 0 : endedAtMs - availableAtMs;
  mustHold('I8', retainedMs === waitedMs, `${name} is billed ${retainedMs} ms and waited ${waitedMs} ms`);
}

function follows(before: WarmPoolState, row: WarmPoolState): boolean {
  return before.status === row.status || mayFollow(before.status, row.status);
}

/** I8: one record of a slot is live at a time. */
export function checkClusters(store: StoreModel): void {
  const live = new Map<string, string>();
  for (const { clusterId, status, trainingJobName } of store.warmPools.values()) {
    if (status !== 'InUse' && status !== 'Available') continue;
    const other = live.get(clusterId);
    mustHold('I8', other === undefined, `${trainingJobName} and ${other} have the same slot`);
    live.set(clusterId, trainingJobName);
  }
}

/** I8: whoever starts in a slot matches all that ran there before, is of their tenant, and shares it with nobody. */
export function checkSlotEntered(
  agents: readonly VirtualAgent[],
  agent: VirtualAgent,
  { key, tenant, spec, warmPool }: LeaseGrant,
  store: StoreModel,
): void {
  if (warmPool === undefined) return;
  const keys = warmPoolKeys(tenant, spec);
  for (const row of store.warmPools.values()) {
    if (row.clusterId !== warmPool) continue;
    mustHold(
      'I8',
      keys.includes(row.key),
      `${key.trainingJobId} starts where ${row.trainingJobName} ran, and does not match`,
    );
    mustHold(
      'I8',
      row.agentId === agent.id,
      `the slot of ${row.trainingJobName} is on ${row.agentId}, not ${agent.id}`,
    );
  }
  for (const other of agents) {
    if (other.state !== 'up') continue;
    for (const held of other.held.values()) {
      const shares =
        held.warmPool === warmPool && held.program?.alive === true && attemptName(held.key) !== attemptName(key);
      mustHold('I8', !shares, `${key.trainingJobId} starts in a slot where ${held.key.trainingJobId} runs`);
    }
  }
}

/** I8: nothing waits beyond its period, and nobody who matches waits beside it. */
export function checkPools(state: Readonly<SchedulerState>, nowMs: number): void {
  for (const pool of state.warmPools.values()) {
    const name = `the warm pool of ${pool.trainingJobName}`;
    const retained = state.agents.get(pool.agentId)?.retained;
    mustHold('I8', retained?.has(pool.trainingJobId) ?? true, `${name} waits, and its agent's slot is free for all`);
    if (pool.reservedFor !== undefined) {
      const isSetAside = state.trainingJobs.get(pool.reservedFor)?.attempt?.warmPoolOf === pool.trainingJobId;
      mustHold('I8', isSetAside, `${name} waits for ${pool.reservedFor}, which does not come`);
      continue;
    }
    // A server that was away looks at what is due in its first second.
    const dueMs = Math.max(expiresAtMs(pool), state.startedAtMs) + STARTED_WITHIN_MS;
    mustHold('I8', nowMs < dueMs, `${name} is kept beyond its period`);
    if (state.agents.get(pool.agentId)?.state !== 'Ready') continue;
    const waitedMs = nowMs - Math.max(pool.availableAtMs ?? nowMs, state.startedAtMs);
    if (waitedMs < STARTED_WITHIN_MS) continue;
    for (const lane of state.pending.lanes(pool.tenant)) {
      if (lane.poolKeys[0] !== pool.key) continue;
      const first = lane.returned.first() ?? lane.fresh.first();
      const isLate = first !== undefined && nowMs - Math.max(first.sinceMs, first.job.notBeforeMs) >= STARTED_WITHIN_MS;
      mustHold('I8', !isLate, `${first?.job.name} waits beside ${name}`);
    }
  }
  for (const agent of state.agents.values()) {
    for (const id of agent.retained.keys()) {
      mustHold(
        'I8',
        state.warmPools.get(id)?.agentId === agent.id,
        `${agent.id} keeps a slot for ${id}, which nobody knows`,
      );
    }
  }
}

/** I8, once nothing disturbs any more: the server and the agents keep the same slots. */
export function checkKeptSlots(state: Readonly<SchedulerState>, agents: readonly VirtualAgent[], nowMs: number): void {
  for (const agent of agents) {
    if (!agent.isOpen) continue;
    const kept = new Set(agent.kept.keys.map(attemptName));
    for (const pool of state.warmPools.ofAgent(agent.id)) {
      const isNew = nowMs - (pool.availableAtMs ?? nowMs) < STARTED_WITHIN_MS;
      const isThere = isNew || pool.reservedFor !== undefined || kept.has(attemptName(pool));
      mustHold('I8', isThere, `the warm pool of ${pool.trainingJobName} waits on ${agent.id}, which has no such slot`);
    }
  }
}
