import { ANY_CLASS, type AttemptRecord, type SchedulerState, type TrainingJobState } from './state.js';
import type { StepContext } from './step-context.js';

/**
 * Gives waiting training jobs an attempt while there is room for it, oldest first. The backlog stays here: a class
 * queue holds at most as many attempts as live agents have slots for that class, so that a freed slot finds work at
 * once and everything else is still decided late.
 */
export function admitPending(context: StepContext): void {
  const { state, nowMs } = context;
  if (state.pending.size === 0 || state.agents.size === 0) return;
  const rooms = new Map<string, number>();
  for (const id of state.pending) {
    const job = state.trainingJobs.get(id);
    if (job === undefined || job.notBeforeMs > nowMs) continue;
    const instanceIndex = chooseInstance(state, job, rooms);
    if (instanceIndex === undefined) continue;
    startAttempt(context, job, instanceIndex);
  }
}

/** The first entry of the fallback list whose class has room now. */
function chooseInstance(state: SchedulerState, job: TrainingJobState, rooms: Map<string, number>): number | undefined {
  for (const [index, { instanceType }] of job.spec.instances.entries()) {
    const room = rooms.get(instanceType) ?? slotsOf(state, instanceType) - (state.queuedByClass.get(instanceType) ?? 0);
    rooms.set(instanceType, room);
    if (room > 0) {
      rooms.set(instanceType, room - 1);
      return index;
    }
  }
  return undefined;
}

function startAttempt(context: StepContext, job: TrainingJobState, instanceIndex: number): void {
  const { state, nowMs } = context;
  const instanceClass = job.spec.instances[instanceIndex]?.instanceType as string;
  if (job.attempt !== undefined) job.endedAttempts.push(job.attempt);
  job.fence += 1;
  job.attempt = newAttempt(job.fence, instanceIndex, instanceClass, nowMs, state.settings.requeueAfterMs);
  job.lastModifiedAtMs = nowMs;
  state.pending.delete(job.id);
  state.queuedByClass.set(instanceClass, (state.queuedByClass.get(instanceClass) ?? 0) + 1);
  context.emit({ kind: 'SaveTrainingJob', job });
  context.emit({ kind: 'Enqueue', instanceClass, key: { trainingJobId: job.id, fence: job.fence } });
  announceDemand(context, instanceClass);
}

function newAttempt(
  fence: number,
  instanceIndex: number,
  instanceClass: string,
  nowMs: number,
  requeueAfterMs: number,
): AttemptRecord {
  return {
    fence,
    instanceIndex,
    instanceClass,
    state: 'Queued',
    queuedAtMs: nowMs,
    requeueAtMs: nowMs + requeueAfterMs,
    requeues: 0,
    leaseExpiresAtMs: Number.POSITIVE_INFINITY,
  };
}

/** Says that a queued attempt left its class queue: it was leased, or will never run. */
export function leaveQueue(state: SchedulerState, attempt: AttemptRecord): void {
  const waiting = (state.queuedByClass.get(attempt.instanceClass) ?? 0) - 1;
  if (waiting > 0) state.queuedByClass.set(attempt.instanceClass, waiting);
  else state.queuedByClass.delete(attempt.instanceClass);
}

function announceDemand(context: StepContext, instanceClass: string): void {
  const { state, nowMs } = context;
  const isNew = !state.demand.has(instanceClass);
  state.demand.set(instanceClass, nowMs);
  if (isNew) context.emit({ kind: 'AnnounceDemand', instanceClasses: [...state.demand.keys()] });
}

/** Lets agents stop listening on class queues that have been silent for a while. */
export function forgetSilentClasses(context: StepContext): void {
  const { state, nowMs } = context;
  let changed = false;
  for (const [instanceClass, lastDueMs] of state.demand) {
    if (state.queuedByClass.has(instanceClass)) state.demand.set(instanceClass, nowMs);
    else if (nowMs - lastDueMs > state.settings.demandLingerMs) changed = state.demand.delete(instanceClass) || changed;
  }
  if (changed) context.emit({ kind: 'AnnounceDemand', instanceClasses: [...state.demand.keys()] });
}

/** How many attempts of a class live agents can run side by side. */
export function slotsOf(state: SchedulerState, instanceClass: string): number {
  let slots = 0;
  for (const agent of state.agents.values()) {
    if (agent.state === 'Ready') slots += agent.offers.get(instanceClass) ?? agent.offers.get(ANY_CLASS) ?? 0;
  }
  return slots;
}
