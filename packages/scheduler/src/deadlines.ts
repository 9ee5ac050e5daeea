import { describeClass } from '@fleetune/domain';
import type { Effect } from './effect.js';
import { ClassRooms } from './placement/class-rooms.js';
import { instanceCandidates } from './placement/instance-candidates.js';
import { explainWaiting } from './placement/insufficient-capacity.js';
import type { AttemptRecord, SchedulerState, TrainingJobState } from './state.js';
import type { StepContext } from './step-context.js';
import { moveAttempt, requestStop, settleAttempt } from './training-jobs.js';
import { offerAgain } from './warm-pools/reuse.js';

/** Longest wait before an unclaimed attempt is put on its queue again. */
const MAX_REQUEUE_DELAY_MS = 30_000;

/** What the passing of time does to training jobs. */
export function checkDeadlines(context: StepContext): void {
  const { state, nowMs } = context;
  for (const id of state.deadlines.due(nowMs)) {
    // An earlier one of this loop may have ended it (a tuning job that stops its others).
    const job = state.trainingJobs.get(id);
    if (job === undefined) continue;
    checkDeadline(context, job);
    watchDeadline(state, job, nowMs);
  }
}

/** After a step: whatever it changed is looked at again when its next deadline comes. */
export function watchDeadlines(state: SchedulerState, effects: readonly Effect[], nowMs: number): void {
  for (const effect of effects) if (effect.kind === 'SaveTrainingJob') watchDeadline(state, effect.job, nowMs);
}

function watchDeadline(state: SchedulerState, job: TrainingJobState, nowMs: number): void {
  if (job.endedAtMs !== undefined) state.deadlines.forget(job.id);
  else state.deadlines.watch(job.id, Math.min(nextDeadlineMs(state, job, nowMs), nowMs + LOOK_EVERY_MS));
}

/** Deadlines that are far off are looked at in between, so that none of them is kept for days after its job has ended. */
const LOOK_EVERY_MS = 60_000;

/** Those that wait so long for an attempt are told what they wait for, and from then on now and then. */
const EXPLAIN_AFTER_MS = 10_000;

function nextDeadlineMs(state: SchedulerState, job: TrainingJobState, nowMs: number): number {
  const { attempt } = job;
  let nextMs = Number.POSITIVE_INFINITY;
  if (attempt?.state === 'Leased') nextMs = Math.min(attempt.leaseExpiresAtMs, job.stopDeadlineMs ?? nextMs);
  else if (attempt?.state === 'Queued') nextMs = attempt.requeueAtMs;
  else if (state.pending.has(job.id)) {
    nextMs = nowMs + explainInMs(state, job, nowMs);
  }
  if (job.status !== 'InProgress') return nextMs;
  const { maxWaitSeconds, maxPendingSeconds } = job.spec.stopping;
  if (maxWaitSeconds !== undefined) nextMs = Math.min(nextMs, job.createdAtMs + maxWaitSeconds * 1000);
  if (maxPendingSeconds === undefined || hasStarted(job)) return nextMs;
  return Math.min(nextMs, job.createdAtMs + maxPendingSeconds * 1000);
}

function explainInMs(state: SchedulerState, job: TrainingJobState, nowMs: number): number {
  if (state.settings.whenNotOffered === 'fail') return 1_000;
  if (nowMs - (state.pending.waitsSinceMs(job.id) ?? 0) >= EXPLAIN_AFTER_MS) return LOOK_EVERY_MS;
  // Spread, so that thousands that came together are not looked at together.
  return EXPLAIN_AFTER_MS + ((state.pending.size * 7) % EXPLAIN_AFTER_MS);
}

function hasStarted(job: TrainingJobState): boolean {
  return job.fence - (job.moves ?? 0) > 1 || job.attempt?.leasedAtMs !== undefined || job.crossValidation !== undefined;
}

function checkDeadline(context: StepContext, job: TrainingJobState): void {
  const { nowMs } = context;
  const { attempt } = job;
  if (attempt?.state === 'Leased') {
    if (nowMs >= attempt.leaseExpiresAtMs) return expireLease(context, job);
    if (job.status === 'Stopping' && nowMs >= (job.stopDeadlineMs ?? Number.POSITIVE_INFINITY)) {
      return settleAttempt(context, job, attempt, {
        kind: 'Lost',
        reason: 'The agent did not stop the program in time.',
      });
    }
  }
  if (attempt?.state === 'Queued' && attempt.warmPoolOf !== undefined) {
    if (nowMs >= attempt.requeueAtMs) offerAgain(context, attempt);
  } else if (attempt?.state === 'Queued' && nowMs >= attempt.requeueAtMs) {
    const reason = whyMove(context, job, attempt);
    if (reason === undefined) requeue(context, job);
    else moveAttempt(context, job, attempt, reason);
  }
  explainWaiting(context, job);
  if (job.endedAtMs !== undefined) return;
  const { maxWaitSeconds, maxPendingSeconds } = job.spec.stopping;
  const ageMs = nowMs - job.createdAtMs;
  if (maxWaitSeconds !== undefined && ageMs >= maxWaitSeconds * 1000) requestStop(context, job, 'MaxWaitExceeded');
  if (maxPendingSeconds !== undefined && !hasStarted(job) && ageMs >= maxPendingSeconds * 1000) {
    requestStop(context, job, 'MaxWaitExceeded');
  }
}

/** Nobody claims the attempt, and another entry of the fallback list has a slot for it now. */
function whyMove({ state, nowMs }: StepContext, job: TrainingJobState, attempt: AttemptRecord): string | undefined {
  const candidates = instanceCandidates(job.spec, state.settings.spotOnly);
  if (candidates.length === 1) return undefined;
  const { instanceClass } = attempt;
  const isOffered = state.capacity.slots(instanceClass) > 0;
  if (isOffered && nowMs - attempt.queuedAtMs < state.settings.entryPatienceMs) return undefined;
  const rooms = new ClassRooms(state.capacity, state.queuedByClass, state.recentEnds, nowMs);
  const others = candidates.filter(({ instanceType }) => instanceType !== instanceClass);
  if (!others.some(({ instanceType }) => rooms.hasFree(instanceType))) return undefined;
  const name = describeClass(instanceClass);
  return isOffered ? `No agent had room for ${name}.` : `No agent offers ${name} any more.`;
}

function expireLease(context: StepContext, job: TrainingJobState): void {
  if (job.attempt === undefined) return;
  context.emit({ kind: 'Observe', fact: { kind: 'LeaseExpired' } });
  settleAttempt(context, job, job.attempt, { kind: 'Lost', reason: 'The agent stopped renewing its lease.' });
}

/** Queues may lose anything: an attempt that nobody claimed is put back, ever more rarely. Claims sort out doubles. */
function requeue(context: StepContext, job: TrainingJobState): void {
  const { attempt } = job;
  if (attempt === undefined) return;
  attempt.requeues += 1;
  const delayMs = Math.min(context.state.settings.requeueAfterMs * 2 ** attempt.requeues, MAX_REQUEUE_DELAY_MS);
  attempt.requeueAtMs = context.nowMs + delayMs;
  const key = { trainingJobId: job.id, fence: attempt.fence };
  context.emit({ kind: 'Enqueue', instanceClass: attempt.instanceClass, key });
}
