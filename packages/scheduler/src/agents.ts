import type { AttemptKey } from '@fleetune/domain';
import type { SchedulerEvent } from './event.js';
import type { TrainingJobState } from './state.js';
import type { StepContext } from './step-context.js';
import { settleAttempt } from './training-jobs.js';

type Connected = Extract<SchedulerEvent, { kind: 'AgentConnected' }>;

/**
 * An agent said hello. What it holds and we leased to it goes on; what it holds and is not its own it must kill; what
 * we leased to it and it does not hold is lost at once, without waiting for the lease.
 */
export function onAgentConnected(context: StepContext, event: Connected): void {
  const { state, nowMs } = context;
  const { leaseTtlMs, leaseGraceMs } = state.settings;
  const leases = new Set<string>();
  const held = new Map(event.held.map((key) => [key.trainingJobId, key.fence]));
  const kill: AttemptKey[] = [];
  const stop: TrainingJobState[] = [];
  for (const key of event.held) {
    const job = state.trainingJobs.get(key.trainingJobId);
    if (job === undefined || !isLeasedTo(job, event.agentId, key.fence)) {
      kill.push(key);
      continue;
    }
    leases.add(job.id);
    if (job.attempt !== undefined) job.attempt.leaseExpiresAtMs = nowMs + leaseTtlMs + leaseGraceMs;
    if (job.status === 'Stopping') stop.push(job);
  }
  state.agents.set(event.agentId, {
    id: event.agentId,
    epoch: event.epoch,
    state: 'Ready',
    offers: event.offers,
    lastHeardMs: nowMs,
    leases,
  });
  context.emit({ kind: 'WelcomeAgent', agentId: event.agentId, killAttempts: kill });
  context.emit({ kind: 'AnnounceDemand', instanceClasses: [...state.demand.keys()] });
  for (const job of stop) {
    const key = { trainingJobId: job.id, fence: job.fence };
    context.emit({ kind: 'StopAttempt', agentId: event.agentId, key, reason: job.stopReason ?? 'UserRequested' });
  }
  for (const job of [...state.trainingJobs.values()]) {
    const { attempt } = job;
    if (attempt?.state !== 'Leased' || attempt.agentId !== event.agentId) continue;
    if (held.get(job.id) === attempt.fence) continue;
    settleAttempt(context, job, attempt, { kind: 'Lost', reason: 'The agent came back without the training job.' });
  }
}

/** A machine that vanished without closing its stream must not be counted on. */
export function silenceAgents(context: StepContext): void {
  const { state, nowMs } = context;
  const patienceMs = state.settings.leaseTtlMs + state.settings.leaseGraceMs;
  for (const agent of state.agents.values()) {
    if (agent.state === 'Ready' && nowMs - agent.lastHeardMs >= patienceMs) agent.state = 'Silent';
  }
}

/** The stream broke. Leases live on until they run out: the agent may come back with everything running. */
export function onAgentDisconnected(context: StepContext, agentId: string, epoch: string): void {
  if (context.state.agents.get(agentId)?.epoch === epoch) context.state.agents.delete(agentId);
}

export function isLeasedTo(job: TrainingJobState, agentId: string, fence: number): boolean {
  const { attempt } = job;
  return attempt?.state === 'Leased' && attempt.agentId === agentId && attempt.fence === fence;
}
