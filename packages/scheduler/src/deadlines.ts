import { slotsOf } from './admission.js';
import type { AttemptRecord, TrainingJobState } from './state.js';
import type { StepContext } from './step-context.js';
import { requestStop, settleAttempt } from './training-jobs.js';

/** Longest wait before an unclaimed attempt is put on its queue again. */
const MAX_REQUEUE_DELAY_MS = 30_000;

/** What the passing of time does to one training job. */
export function checkDeadlines(context: StepContext, job: TrainingJobState): void {
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
  if (attempt?.state === 'Queued' && nowMs >= attempt.requeueAtMs) {
    if (isStranded(context, job, attempt)) {
      const reason = `No agent offers ${attempt.instanceClass} any more; another instance type does.`;
      return settleAttempt(context, job, attempt, { kind: 'Interrupted', reason });
    }
    requeue(context, job);
  }
  const { maxWaitSeconds, maxPendingSeconds } = job.spec.stopping;
  const ageMs = nowMs - job.createdAtMs;
  if (maxWaitSeconds !== undefined && ageMs >= maxWaitSeconds * 1000) requestStop(context, job, 'MaxWaitExceeded');
  const everLeased = job.fence > 1 || attempt?.leasedAtMs !== undefined;
  if (maxPendingSeconds !== undefined && !everLeased && ageMs >= maxPendingSeconds * 1000) {
    requestStop(context, job, 'MaxWaitExceeded');
  }
}

/** Queued for a class that nobody offers now, while somebody offers another entry of the fallback list. */
function isStranded({ state }: StepContext, job: TrainingJobState, attempt: AttemptRecord): boolean {
  if (slotsOf(state, attempt.instanceClass) > 0) return false;
  return job.spec.instances.some((instance) => slotsOf(state, instance.instanceType) > 0);
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
