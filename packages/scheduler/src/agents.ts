import type { AttemptKey } from '@fleetune/domain';
import type { SchedulerEvent } from './event.js';
import { recount } from './placement/recount.js';
import type { AgentState, TrainingJobState } from './state.js';
import type { StepContext } from './step-context.js';
import { settleAttempt } from './training-jobs.js';
import { terminateWarmPool, terminateWarmPoolsOf } from './warm-pools/retention.js';
import { offer, returnOfAgent } from './warm-pools/reuse.js';
import { slotName, type WarmPoolState } from './warm-pools/warm-pool-state.js';

type Connected = Extract<SchedulerEvent, { kind: 'AgentConnected' }>;

/**
 * An agent said hello. What it holds and we leased to it goes on; what it holds and is not its own it must kill. What
 * we leased to it and it does not name is in doubt until its first renewal: a hello that was long on its way tells of
 * the past, and only a living stream renews.
 */
export function onAgentConnected(context: StepContext, event: Connected): void {
  const { state, nowMs } = context;
  const { leaseTtlMs, leaseGraceMs } = state.settings;
  const leases = new Map<string, string>();
  const kill: AttemptKey[] = [];
  const stop: TrainingJobState[] = [];
  for (const key of event.held) {
    const job = state.trainingJobs.get(key.trainingJobId);
    if (job?.attempt === undefined || !isLeasedTo(job, event.agentId, key.fence)) {
      kill.push(key);
      continue;
    }
    leases.set(job.id, job.attempt.instanceClass);
    job.attempt.leaseExpiresAtMs = nowMs + leaseTtlMs + leaseGraceMs;
    if (job.status === 'Stopping') stop.push(job);
  }
  const inDoubt = new Set<string>();
  for (const job of state.trainingJobs.values()) {
    const { attempt } = job;
    if (attempt?.state !== 'Leased' || attempt.agentId !== event.agentId || leases.has(job.id)) continue;
    leases.set(job.id, attempt.instanceClass);
    inDoubt.add(job.id);
  }
  const agent: AgentState = {
    id: event.agentId,
    epoch: event.epoch,
    state: 'Ready',
    offers: event.offers,
    lastHeardMs: nowMs,
    leases,
    retained: new Map(),
    keepsSlots: event.kept !== undefined,
    inDoubt,
  };
  const kept = returningPools(context, event);
  state.agents.set(agent.id, agent);
  for (const pool of kept) returnOfAgent(context, pool);
  recount(context, agent);
  context.emit({ kind: 'WelcomeAgent', agentId: agent.id, killAttempts: kill, keptSlots: kept.map(slotName) });
  context.emit({ kind: 'AnnounceDemand', instanceClasses: [...state.demand.keys()] });
  for (const job of stop) {
    const key = { trainingJobId: job.id, fence: job.fence };
    context.emit({ kind: 'StopAttempt', agentId: event.agentId, key, reason: job.stopReason ?? 'UserRequested' });
  }
  // What it was offered before it may not have heard.
  for (const pool of kept) offer(context, pool);
}

/** Slots that the agent still keeps; those that it does not name are gone with the process that kept them. */
function returningPools(context: StepContext, { agentId, kept = [] }: Connected): WarmPoolState[] {
  const { state } = context;
  // What it was told on an older stream is over; nothing is said on the new one before its welcome.
  state.agents.delete(agentId);
  const isNamed = (pool: WarmPoolState) =>
    kept.some(({ trainingJobId, fence }) => trainingJobId === pool.trainingJobId && fence === pool.fence);
  for (const pool of state.warmPools.ofAgent(agentId)) {
    if (!isNamed(pool)) terminateWarmPool(context, pool, 'agent gone');
  }
  return [...state.warmPools.ofAgent(agentId)];
}

/** The first renewal after a hello: what it does not name either is lost, without waiting for the lease to run out. */
export function settleDoubts(context: StepContext, agentId: string, renewed: readonly AttemptKey[]): void {
  const { state } = context;
  const agent = state.agents.get(agentId);
  if (agent === undefined || agent.inDoubt.size === 0) return;
  const named = new Set(renewed.map((key) => key.trainingJobId));
  const lost = [...agent.inDoubt].filter((id) => !named.has(id));
  agent.inDoubt.clear();
  for (const id of lost) {
    const job = state.trainingJobs.get(id);
    if (job?.attempt === undefined || !isLeasedTo(job, agentId, job.attempt.fence)) continue;
    settleAttempt(context, job, job.attempt, {
      kind: 'Lost',
      reason: 'The agent came back without the training job.',
    });
  }
}

/** A machine that vanished without closing its stream must not be counted on. */
export function silenceAgents(context: StepContext): void {
  const { state, nowMs } = context;
  const patienceMs = state.settings.leaseTtlMs + state.settings.leaseGraceMs;
  for (const agent of state.agents.values()) {
    if (agent.state !== 'Ready' || nowMs - agent.lastHeardMs < patienceMs) continue;
    agent.state = 'Silent';
    terminateWarmPoolsOf(context, agent.id);
    recount(context, agent);
  }
}

/** The stream broke. Leases live on until they run out: the agent may come back with everything running. */
export function onAgentDisconnected(context: StepContext, agentId: string, epoch: string): void {
  const { state, nowMs } = context;
  if (state.agents.get(agentId)?.epoch !== epoch) return;
  state.agents.delete(agentId);
  state.capacity.forget(agentId, nowMs);
  for (const pool of state.warmPools.ofAgent(agentId)) pool.agentGoneSinceMs = nowMs;
}

/** The agent finishes what it runs and takes nothing more. */
export function onAgentDraining(context: StepContext, agentId: string): void {
  const agent = context.state.agents.get(agentId);
  if (agent === undefined) return;
  agent.state = 'Draining';
  terminateWarmPoolsOf(context, agentId);
  recount(context, agent);
}

/** A message came: the agent lives. Renewals come regularly, also without leases. */
export function hearFrom(context: StepContext, agentId: string): void {
  const agent = context.state.agents.get(agentId);
  if (agent === undefined) return;
  agent.lastHeardMs = context.nowMs;
  if (agent.state !== 'Silent') return;
  agent.state = 'Ready';
  recount(context, agent);
}

export function isLeasedTo(job: TrainingJobState, agentId: string, fence: number): boolean {
  const { attempt } = job;
  return attempt?.state === 'Leased' && attempt.agentId === agentId && attempt.fence === fence;
}
