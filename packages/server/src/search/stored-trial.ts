import { isTerminalTrainingJobStatus, type StopReason, type TrainingJobStatus } from '@fleetune/domain';
import { trialOutcome } from '@fleetune/scheduler';
import type { TrialOutcome } from '@fleetune/search';
import type { listTrials } from '@fleetune/store';
import { finalMetrics } from '../jobs/rows.js';

type StoredTrial = Awaited<ReturnType<typeof listTrials>>[number];

/** What a training job of the store teaches a search, as when it ended; undefined while it has not. */
export function storedOutcome(row: StoredTrial, metricName: string, epochs?: number): TrialOutcome | undefined {
  const status = row.status as TrainingJobStatus;
  if (!isTerminalTrainingJobStatus(status)) return undefined;
  const stopReason = (row.stop_reason as StopReason | null) ?? undefined;
  const ended = { status, stopReason, objective: row.objective ?? undefined, finalMetrics: finalMetrics(row) };
  return trialOutcome(ended, metricName, epochs);
}
