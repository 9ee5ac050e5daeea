import { ATTEMPT_PHASES, type AttemptPhase, type SecondaryStatus } from '@fleetune/domain';
import type { TrainingJobState } from './state.js';

/** Longest status message that SageMaker's clients are promised. */
const MAX_MESSAGE_LENGTH = 1024;

/** Moves a training job to a secondary status: closes the transition it is in and opens the next. */
export function moveTo(job: TrainingJobState, status: SecondaryStatus, statusMessage: string, nowMs: number): void {
  const last = job.transitions.at(-1);
  const message = statusMessage.slice(0, MAX_MESSAGE_LENGTH);
  job.lastModifiedAtMs = nowMs;
  job.secondaryStatus = status;
  if (last?.status === status && last.endTimeMs === undefined) {
    job.transitions[job.transitions.length - 1] = { ...last, statusMessage: message };
    return;
  }
  closeLast(job, nowMs);
  job.transitions.push({ status, startTimeMs: Math.max(nowMs, last?.startTimeMs ?? 0), statusMessage: message });
}

/**
 * True when the newest attempt has come further than this phase: an agent repeats phases after its stream broke, and
 * the first of them may never have arrived.
 */
export function hasLeft(job: TrainingJobState, phase: AttemptPhase): boolean {
  // Between attempts the status is none of the phases.
  return ATTEMPT_PHASES.indexOf(phase) < PLACES.indexOf(job.secondaryStatus);
}

const PLACES: readonly SecondaryStatus[] = ATTEMPT_PHASES;

/** Moves to a status that nothing follows: it starts and ends now. */
export function endWith(job: TrainingJobState, status: SecondaryStatus, statusMessage: string, nowMs: number): void {
  moveTo(job, status, statusMessage, nowMs);
  closeLast(job, nowMs);
}

function closeLast(job: TrainingJobState, nowMs: number): void {
  const last = job.transitions.at(-1);
  if (last === undefined || last.endTimeMs !== undefined) return;
  job.transitions[job.transitions.length - 1] = { ...last, endTimeMs: Math.max(nowMs, last.startTimeMs) };
}
