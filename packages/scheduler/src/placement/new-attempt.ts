import type { AttemptRecord, SchedulerState, TrainingJobState } from '../state.js';
import type { StepContext } from '../step-context.js';
import { flowOf } from './backlog.js';
import type { Placement } from './fallback.js';
import { entryIndexOf } from './instance-candidates.js';

/** Gives a waiting training job a new attempt, which is not yet where an agent finds it. */
export function beginAttempt(
  { state, nowMs }: StepContext,
  job: TrainingJobState,
  instanceClass: string,
  placement?: Placement,
): AttemptRecord {
  if (job.attempt !== undefined) job.endedAttempts.push(job.attempt);
  job.fence += 1;
  const attempt: AttemptRecord = {
    fence: job.fence,
    instanceIndex: entryIndexOf(job.spec, instanceClass),
    instanceClass,
    placement,
    state: 'Queued',
    queuedAtMs: nowMs,
    requeueAtMs: nowMs + requeueAfterMs(state, job),
    requeues: 0,
    leaseExpiresAtMs: Number.POSITIVE_INFINITY,
  };
  job.attempt = attempt;
  job.lastModifiedAtMs = nowMs;
  state.pending.delete(job.id);
  state.shares.started(job.tenant, flowOf(job), instanceClass, nowMs);
  return attempt;
}

/** Slots of one machine that offers several classes are counted for each: a job may be moved in vain, then ever more rarely. */
function requeueAfterMs({ settings }: SchedulerState, { moves = 0 }: TrainingJobState): number {
  return settings.requeueAfterMs * 2 ** Math.min(moves, MAX_DOUBLINGS);
}

/** From 2 s to about two minutes. */
const MAX_DOUBLINGS = 6;
