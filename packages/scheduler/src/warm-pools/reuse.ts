import type { Lane as LaneOf, Waiting as WaitingOf } from '../placement/backlog.js';
import { leaveQueue } from '../placement/class-queue.js';
import { ClassRooms } from '../placement/class-rooms.js';
import { goesBefore } from '../placement/lane-order.js';
import { beginAttempt } from '../placement/new-attempt.js';
import { recount } from '../placement/recount.js';
import type { AttemptRecord, SchedulerState, TrainingJobState } from '../state.js';
import { randomUuid, type StepContext } from '../step-context.js';
import { newWarmPool } from './new-warm-pool.js';
import { leaveSlot, terminateWarmPool } from './retention.js';
import { slotName, type WarmPoolState } from './warm-pool-state.js';

type Lane = LaneOf<TrainingJobState>;
type Waiting = WaitingOf<TrainingJobState>;

/** An agent that does not take what is offered so often has lost the slot, or its way. */
const MOST_OFFERS = 3;

/**
 * Gives slots that are retained to training jobs that match: first to those already on a class queue, then to those that
 * wait, in their tenant's order. Nobody else's turn is touched: the slot was the tenant's already.
 */
export function offerWarmPools(context: StepContext): void {
  const { state } = context;
  for (const group of state.warmPools.groups()) {
    for (const pool of group) {
      if (!isFree(state, pool)) continue;
      const queued = state.trainingJobs.get(state.warmPools.firstQueued(pool.key) ?? '');
      if (queued?.attempt !== undefined) setAside(state, queued, queued.attempt, pool, context.nowMs);
      else if (!startWaiting(context, pool)) break;
      offer(context, pool);
    }
  }
}

/** Keeps an attempt on a class queue for the slot instead. What was the tenant's by the slot is so by the attempt now. */
export function setAside(
  state: SchedulerState,
  job: TrainingJobState,
  attempt: AttemptRecord,
  pool: WarmPoolState,
  nowMs: number,
): void {
  leaveQueue(state, job, attempt);
  reserve(state, job, attempt, pool, nowMs);
}

/** Tells the agent of the attempt that is set aside for its slot. */
export function offer(context: StepContext, pool: WarmPoolState): void {
  const attempt = context.state.trainingJobs.get(pool.reservedFor ?? '')?.attempt;
  if (attempt === undefined || pool.reservedFor === undefined) return;
  pool.offers += 1;
  const key = { trainingJobId: pool.reservedFor, fence: attempt.fence };
  const { agentId, instanceClass } = pool;
  context.emit({ kind: 'OfferSlot', agentId, key, instanceClass, keptAfter: slotName(pool) });
}

/** The agent has not claimed what it was offered. */
export function offerAgain(context: StepContext, attempt: AttemptRecord): void {
  const { state, nowMs } = context;
  const pool = state.warmPools.get(attempt.warmPoolOf ?? '');
  if (pool === undefined) return;
  attempt.requeueAtMs = nowMs + state.settings.requeueAfterMs;
  // Away: it may come back, and until when that is waited for is the pool's own affair.
  if (!state.agents.has(pool.agentId)) return;
  if (pool.offers >= MOST_OFFERS) terminateWarmPool(context, pool, 'not taken');
  else offer(context, pool);
}

/** The attempt that was set aside for the slot will never run. */
export function freeReservation({ state, nowMs }: StepContext, attempt: AttemptRecord): void {
  const pool = state.warmPools.get(attempt.warmPoolOf ?? '');
  attempt.warmPoolOf = undefined;
  if (pool === undefined) return;
  pool.reservedFor = undefined;
  state.shares.retained(pool.tenant, pool.instanceClass, nowMs);
  state.admissionDue = true;
}

/** An agent got the lease of an attempt: its slot is that of a pool, or begins one, or neither. */
export function enterSlot(
  context: StepContext,
  job: TrainingJobState,
  attempt: AttemptRecord & { readonly agentId: string },
): void {
  const { state, nowMs, random } = context;
  const pool = state.warmPools.get(attempt.warmPoolOf ?? '');
  if (pool !== undefined) {
    leaveSlot(context, pool);
    pool.status = 'Reused';
    pool.reusedBy = job.name;
    pool.endedAtMs = nowMs;
    pool.reservedFor = undefined;
    context.emit({ kind: 'SaveWarmPool', pool });
    context.emit({ kind: 'Observe', fact: { kind: 'WarmPoolReused', retainedMs: pool.retainedMs } });
    job.warmPool = newWarmPool(job, attempt, pool, nowMs);
  } else if (job.spec.keepAliveSeconds > 0) {
    job.warmPool = newWarmPool(job, attempt, randomUuid(random), nowMs);
  } else if (job.warmPool?.status === 'InUse') {
    // It was interrupted in a pool's slot, and goes on in one that nobody keeps.
    return terminateWarmPool(context, job.warmPool, 'not kept');
  }
  if (job.warmPool !== undefined) context.emit({ kind: 'SaveWarmPool', pool: job.warmPool });
}

/** An agent came back and names the slots it has kept. Those it does not name are gone. */
export function returnOfAgent(context: StepContext, pool: WarmPoolState): void {
  const agent = context.state.agents.get(pool.agentId);
  if (agent === undefined) return;
  pool.agentGoneSinceMs = undefined;
  agent.retained.set(pool.trainingJobId, pool.instanceClass);
  recount(context, agent);
  context.state.admissionDue = true;
}

function isFree(state: SchedulerState, pool: WarmPoolState): boolean {
  return pool.reservedFor === undefined && state.agents.get(pool.agentId)?.state === 'Ready';
}

/** @returns false when nobody waits for such a slot. */
function startWaiting(context: StepContext, pool: WarmPoolState): boolean {
  const { state, nowMs } = context;
  const next = nextFor(context, pool);
  if (next === undefined) return false;
  const { job } = next.waiting;
  const attempt = beginAttempt(context, job, pool.instanceClass);
  reserve(state, job, attempt, pool, nowMs);
  next.lane.servedAtMs = nowMs;
  context.emit({ kind: 'SaveTrainingJob', job });
  return true;
}

function nextFor(
  { state, nowMs }: StepContext,
  pool: WarmPoolState,
): { readonly lane: Lane; readonly waiting: Waiting } | undefined {
  let best: { lane: Lane; waiting: Waiting } | undefined;
  for (const lane of state.pending.lanes(pool.tenant)) {
    const waiting = lane.returned.first() ?? lane.fresh.first();
    const place = lane.poolKeys.indexOf(pool.key);
    if (waiting === undefined || place < 0 || hasBetter(state, waiting.job, place, nowMs)) continue;
    if (best === undefined || goesBefore(state, lane, best.lane, nowMs)) best = { lane, waiting };
  }
  return best;
}

/** What is preferred to the pool's class is free: a fallback list is an order. */
function hasBetter(state: SchedulerState, { spec }: TrainingJobState, place: number, nowMs: number): boolean {
  if (place === 0) return false;
  const rooms = new ClassRooms(state.capacity, state.queuedByClass, state.recentEnds, nowMs);
  return spec.instances.slice(0, place).some(({ instanceType }) => rooms.hasFree(instanceType));
}

function reserve(
  state: SchedulerState,
  job: TrainingJobState,
  attempt: AttemptRecord,
  pool: WarmPoolState,
  nowMs: number,
): void {
  state.shares.released(pool.tenant, pool.instanceClass, nowMs);
  pool.reservedFor = job.id;
  pool.offers = 0;
  attempt.warmPoolOf = pool.trainingJobId;
  attempt.requeueAtMs = nowMs + state.settings.requeueAfterMs;
  state.deadlines.watch(job.id, attempt.requeueAtMs);
}
