import type { FinalMetric, StopReason, TrainingJobStatus } from '@fleetune/domain';
import type { TrialOutcome } from '@fleetune/search';
import { standardErrorMetric } from './folds.js';

/** A training job of a tuning job that has ended, live or from the store. */
export interface EndedTrial {
  readonly status: TrainingJobStatus;
  readonly stopReason?: StopReason | undefined;
  readonly objective?: number | undefined;
  readonly finalMetrics: readonly FinalMetric[];
}

/** Completed, or stopped by us because it had trained for all that its strategy gives one training job. */
export function ranToItsEnd({ status, stopReason }: EndedTrial): boolean {
  return status === 'Completed' || stopReason === 'MaxResourceReached';
}

/**
 * What a training job teaches the search.
 *
 * @param metricName of the objective.
 * @param epochs it reported, where the strategy stops training jobs by them.
 */
export function trialOutcome(ended: EndedTrial, metricName: string, epochs: number | undefined): TrialOutcome {
  const { status, objective, finalMetrics } = ended;
  if (ranToItsEnd(ended) && objective !== undefined) {
    const standardError = finalMetrics.find(({ name }) => name === standardErrorMetric(metricName))?.value;
    return { kind: 'Completed', objective, ...(standardError === undefined ? {} : { standardError }) };
  }
  return status === 'Stopped'
    ? { kind: 'Stopped', objective, ...(epochs ? { resource: epochs } : {}) }
    : { kind: 'Failed' };
}
