import type { TrainingJobSummary } from '@fleetune/api/contract';

export interface TimelineBar {
  readonly job: TrainingJobSummary;
  /** From 0: as many lanes as ran side by side. */
  readonly lane: number;
  readonly fromMs: number;
  /** When the program began; undefined while it has not. */
  readonly startMs?: number;
  readonly toMs: number;
}

/**
 * Lays the training jobs of a tuning job out over time, each on the first lane that is free.
 *
 * @param nowMs where bars end that have not ended.
 */
export function timeline(trainingJobs: readonly TrainingJobSummary[], nowMs: number): TimelineBar[] {
  const byCreation = [...trainingJobs].sort((a, b) => a.creationTimeMs - b.creationTimeMs || a.index - b.index);
  const freeFromMs: number[] = [];
  return byCreation.map((job) => {
    const toMs = Math.max(job.creationTimeMs, endMs(job, nowMs));
    const free = freeFromMs.findIndex((fromMs) => fromMs <= job.creationTimeMs);
    const lane = free < 0 ? freeFromMs.length : free;
    freeFromMs[lane] = toMs;
    const start = job.trainingStartTimeMs === undefined ? {} : { startMs: Math.min(job.trainingStartTimeMs, toMs) };
    return { job, lane, fromMs: job.creationTimeMs, toMs, ...start };
  });
}

function endMs(job: TrainingJobSummary, nowMs: number): number {
  if (job.status === 'InProgress' || job.status === 'Stopping') return nowMs;
  return Math.max(job.trainingEndTimeMs ?? 0, job.lastModifiedTimeMs);
}
