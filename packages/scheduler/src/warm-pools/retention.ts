import { type AttemptOutcome, MAX_WARM_POOL_AGE_MS, type WarmPoolEnd } from '@fleetune/domain';
import { joinQueue } from '../placement/class-queue.js';
import { announceDemand } from '../placement/demand.js';
import { recount } from '../placement/recount.js';
import type { TrainingJobState } from '../state.js';
import type { StepContext } from '../step-context.js';
import { slotName, type WarmPoolState } from './warm-pool-state.js';

/** A training job is over and holds no lease any more: the slot it had is retained, or given back. */
export function settleWarmPool(context: StepContext, job: TrainingJobState): void {
  const { state, nowMs } = context;
  const pool = job.warmPool;
  if (pool?.status !== 'InUse') return;
  const reason = whyGiveBack(context, job, pool);
  if (reason !== undefined) return terminateWarmPool(context, pool, reason);
  pool.status = 'Available';
  pool.availableAtMs = nowMs;
  state.warmPools.add(pool);
  state.shares.retained(pool.tenant, pool.instanceClass, nowMs);
  const agent = state.agents.get(pool.agentId);
  agent?.retained.set(pool.trainingJobId, pool.instanceClass);
  if (agent !== undefined) recount(context, agent);
  state.admissionDue = true;
  context.emit({ kind: 'SaveWarmPool', pool });
  keepSlots(context, pool.agentId);
}

/** Gives the slot back. What was to start in it goes to its class queue. */
export function terminateWarmPool(context: StepContext, pool: WarmPoolState, end: WarmPoolEnd): void {
  const { nowMs } = context;
  if (pool.status === 'Available') leaveSlot(context, pool);
  pool.status = 'Terminated';
  pool.end = end;
  pool.endedAtMs = nowMs;
  context.emit({ kind: 'SaveWarmPool', pool });
  context.emit({ kind: 'Observe', fact: { kind: 'WarmPoolEnded', how: end, retainedMs: pool.retainedMs } });
  const { reservedFor } = pool;
  pool.reservedFor = undefined;
  if (reservedFor !== undefined) backToClassQueue(context, reservedFor);
}

/** The pool is no slot that waits any more: it is retained for nobody. Its agent is told. */
export function leaveSlot(context: StepContext, pool: WarmPoolState): void {
  const { state, nowMs } = context;
  pool.retainedMs = nowMs - (pool.availableAtMs ?? nowMs);
  state.warmPools.delete(pool);
  if (pool.reservedFor === undefined) state.shares.released(pool.tenant, pool.instanceClass, nowMs);
  const agent = state.agents.get(pool.agentId);
  if (agent === undefined) return;
  agent.retained.delete(pool.trainingJobId);
  recount(context, agent);
  state.admissionDue = true;
  keepSlots(context, agent.id);
}

/** The agent is gone for good, or takes no more work. */
export function terminateWarmPoolsOf(context: StepContext, agentId: string): void {
  for (const pool of context.state.warmPools.ofAgent(agentId)) terminateWarmPool(context, pool, 'agent gone');
}

/** What the passing of time does to slots that wait. */
export function checkWarmPools(context: StepContext): void {
  const { state, nowMs } = context;
  const { leaseTtlMs, leaseGraceMs } = state.settings;
  for (const pool of [...state.warmPools.values()]) {
    const { agentGoneSinceMs } = pool;
    if (agentGoneSinceMs !== undefined && nowMs - agentGoneSinceMs >= leaseTtlMs + leaseGraceMs) {
      terminateWarmPool(context, pool, 'agent gone');
    } else if (pool.reservedFor === undefined && nowMs >= expiresAtMs(pool)) {
      terminateWarmPool(context, pool, 'expired');
    }
  }
}

/** UpdateTrainingJob: the slot waits for so long from the moment it began to, or no longer. */
export function onKeepAliveChanged(context: StepContext, trainingJobId: string, keepAliveSeconds: number): void {
  const pool = context.state.warmPools.get(trainingJobId);
  // One that a training job is about to start in is reused, whatever was asked for meanwhile.
  if (pool === undefined || pool.keepAliveSeconds === keepAliveSeconds || pool.reservedFor !== undefined) return;
  pool.keepAliveSeconds = keepAliveSeconds;
  if (context.nowMs >= expiresAtMs(pool)) terminateWarmPool(context, pool, 'updated');
  else context.emit({ kind: 'SaveWarmPool', pool });
}

export function expiresAtMs({ availableAtMs = 0, keepAliveSeconds }: WarmPoolState): number {
  return availableAtMs + keepAliveSeconds * 1000;
}

/** Says to an agent which slots it keeps. All of them each time, so that no lost message matters for long. */
function keepSlots(context: StepContext, agentId: string): void {
  const slots = context.state.warmPools.ofAgent(agentId).map(slotName);
  context.emit({ kind: 'KeepSlots', agentId, slots });
}

function whyGiveBack(
  { state, nowMs }: StepContext,
  job: TrainingJobState,
  pool: WarmPoolState,
): WarmPoolEnd | undefined {
  const { attempt } = job;
  if (pool.keepAliveSeconds === 0) return 'not kept';
  const isHealthy = attempt?.fence === pool.fence && attempt.outcome !== undefined && leavesSlotSound(attempt.outcome);
  if (!isHealthy) return 'unhealthy';
  const agent = state.agents.get(pool.agentId);
  if (agent?.state !== 'Ready') return 'agent gone';
  if (!agent.keepsSlots) return 'agent too old';
  if (nowMs - pool.bornAtMs >= MAX_WARM_POOL_AGE_MS) return 'too old';
  return state.warmPools.ofTenant(pool.tenant).size >= state.settings.maxWarmPools ? 'over quota' : undefined;
}

/** The program ended by itself, or when it was asked to: nothing speaks against the machine. */
function leavesSlotSound({ kind }: AttemptOutcome): boolean {
  return kind === 'Succeeded' || kind === 'AlgorithmError' || kind === 'ClientError' || kind === 'Stopped';
}

function backToClassQueue(context: StepContext, trainingJobId: string): void {
  const { state, nowMs } = context;
  const job = state.trainingJobs.get(trainingJobId);
  const attempt = job?.attempt;
  if (job === undefined || attempt?.state !== 'Queued') return;
  attempt.warmPoolOf = undefined;
  attempt.requeueAtMs = nowMs + state.settings.requeueAfterMs;
  joinQueue(state, job, attempt);
  state.deadlines.watch(job.id, attempt.requeueAtMs);
  const { instanceClass } = attempt;
  context.emit({ kind: 'Enqueue', instanceClass, key: { trainingJobId, fence: attempt.fence } });
  announceDemand(context, instanceClass);
}
