import { warmPoolKey, warmPoolMatch } from '@fleetune/domain';
import type { AttemptRecord, SchedulerState, TrainingJobState } from '../state.js';

/** An attempt goes on its class queue, where whoever has room may claim it. */
export function joinQueue(state: SchedulerState, job: TrainingJobState, attempt: AttemptRecord): void {
  const { instanceClass } = attempt;
  state.queuedByClass.set(instanceClass, (state.queuedByClass.get(instanceClass) ?? 0) + 1);
  const key = poolKeyOf(job, attempt);
  if (key !== undefined) state.warmPools.queued(key, job.id);
}

/** A queued attempt left its class queue: it was leased, is set aside for a warm pool, or will never run. */
export function leaveQueue(state: SchedulerState, job: TrainingJobState, attempt: AttemptRecord): void {
  const waiting = (state.queuedByClass.get(attempt.instanceClass) ?? 0) - 1;
  if (waiting > 0) state.queuedByClass.set(attempt.instanceClass, waiting);
  else state.queuedByClass.delete(attempt.instanceClass);
  const key = poolKeyOf(job, attempt);
  if (key !== undefined) state.warmPools.leftQueue(key, job.id);
  state.admissionDue = true;
}

/** Which warm pools the attempt could have instead. */
function poolKeyOf({ spec, tenant }: TrainingJobState, { instanceIndex }: AttemptRecord): string | undefined {
  const entry = spec.instances[instanceIndex];
  return spec.spot || entry === undefined ? undefined : warmPoolKey(tenant, warmPoolMatch(spec, entry));
}
