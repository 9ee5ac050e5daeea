import { priceRatio, type TrainingJobSpec } from '@fleetune/domain';
import type { AttemptRecord, SchedulerSettings, TrainingJobState } from './state.js';

/** Enters that a program of this attempt ran for so long. */
export function countTraining(
  job: TrainingJobState,
  attempt: AttemptRecord,
  ranMs: number,
  settings: SchedulerSettings,
): void {
  job.trainingMs += ranMs;
  job.billableMs += ranMs * priceRatio(attempt.instanceClass, settings.spotPriceRatio);
}

/** How long the program of an attempt ran that nobody reported: until its agent was last heard of. */
export function unreportedMs(attempt: AttemptRecord, { leaseTtlMs, leaseGraceMs }: SchedulerSettings): number {
  const { trainingSinceMs, leaseExpiresAtMs } = attempt;
  if (trainingSinceMs === undefined || !Number.isFinite(leaseExpiresAtMs)) return 0;
  return Math.max(0, leaseExpiresAtMs - leaseTtlMs - leaseGraceMs - trainingSinceMs);
}

/** True when managed spot training has used up its running time, which all its attempts share. */
export function isTimeUp({ spec, trainingMs }: TrainingJobState): boolean {
  return spec.spot && trainingMs >= spec.stopping.maxRuntimeSeconds * 1000;
}

/** What the next attempt is asked to run: for managed spot training with the running time that is left. */
export function withTimeLeft({ spec, trainingMs }: TrainingJobState): TrainingJobSpec {
  if (!spec.spot || trainingMs === 0) return spec;
  const { stopping } = spec;
  const maxRuntimeSeconds = Math.max(1, Math.ceil(stopping.maxRuntimeSeconds - trainingMs / 1000));
  return { ...spec, stopping: { ...stopping, maxRuntimeSeconds } };
}
