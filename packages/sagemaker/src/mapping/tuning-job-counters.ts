import type { ObjectiveStatusCounters, TrainingJobStatusCounters } from '@aws-sdk/client-sagemaker';
import type { TuningJobLine } from '@fleetune/scheduler';

/** How the training jobs of a tuning job and their objectives stand, in every answer that shows a tuning job. */
export function tuningJobCounters({ trainingJobCounts, objectiveCounts }: TuningJobLine): {
  TrainingJobStatusCounters: TrainingJobStatusCounters;
  ObjectiveStatusCounters: ObjectiveStatusCounters;
} {
  return {
    TrainingJobStatusCounters: {
      Completed: trainingJobCounts.completed,
      InProgress: trainingJobCounts.inProgress,
      RetryableError: trainingJobCounts.retryableError,
      NonRetryableError: trainingJobCounts.nonRetryableError,
      Stopped: trainingJobCounts.stopped,
    },
    ObjectiveStatusCounters: {
      Succeeded: objectiveCounts.succeeded,
      Pending: objectiveCounts.pending,
      Failed: objectiveCounts.failed,
    },
  };
}
