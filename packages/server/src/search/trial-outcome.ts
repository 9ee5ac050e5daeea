import { isTerminalTrainingJobStatus, type StopReason, type TrainingJobStatus } from '@fleetune/domain';
import type { TrialOutcome } from '@fleetune/search';
import type { listTrials } from '@fleetune/store';

export type StoredTrial = Awaited<ReturnType<typeof listTrials>>[number];

/**
 * What a training job of the store teaches a search; undefined while it has not ended.
 *
 * @param epochs that it reported, where the strategy stops training jobs by them.
 */
export function trialOutcome(row: StoredTrial, epochs?: number): TrialOutcome | undefined {
  const status = row.status as TrainingJobStatus;
  if (!isTerminalTrainingJobStatus(status)) return undefined;
  const ranToItsEnd = status === 'Completed' || (row.stop_reason as StopReason | null) === 'MaxResourceReached';
  if (ranToItsEnd && row.objective !== null) return { kind: 'Completed', objective: row.objective };
  if (status !== 'Stopped') return { kind: 'Failed' };
  return { kind: 'Stopped', objective: row.objective ?? undefined, ...(epochs ? { resource: epochs } : {}) };
}
