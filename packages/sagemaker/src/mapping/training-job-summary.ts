import type { HyperParameterTrainingJobSummary, ObjectiveStatus, TrainingJobSummary } from '@aws-sdk/client-sagemaker';
import { formatParameterValue, isTerminalTrainingJobStatus } from '@fleetune/domain';
import type { TrainingJobLine, TrainingJobView } from '@fleetune/scheduler';
import { type Account, trainingJobArn } from './arn.js';
import { failureReason } from './failure-reason.js';
import { optionalDate } from './optional-date.js';
import { warmPoolStatus } from './warm-pool-status.js';

/** One line of `ListTrainingJobs`. */
export function trainingJobSummary(line: TrainingJobLine, account: Account): TrainingJobSummary {
  return {
    TrainingJobName: line.name,
    TrainingJobArn: trainingJobArn(account, line.name),
    CreationTime: new Date(line.creationTimeMs),
    LastModifiedTime: new Date(line.lastModifiedTimeMs),
    TrainingEndTime: optionalDate(line.trainingEndTimeMs),
    TrainingJobStatus: line.status,
    SecondaryStatus: line.secondaryStatus,
    WarmPoolStatus: warmPoolStatus(line.warmPool),
  };
}

/** One line of `ListTrainingJobsForHyperParameterTuningJob`, and the best training job of a tuning job. */
export function tunedTrainingJobSummary(view: TrainingJobView, account: Account): HyperParameterTrainingJobSummary {
  const { spec, tuning } = view;
  const value = tuning?.objectiveValue;
  return {
    TrainingJobName: view.name,
    TrainingJobArn: trainingJobArn(account, view.name),
    TrainingJobDefinitionName: tuning?.definitionName || undefined,
    TuningJobName: tuning?.tuningJobName,
    CreationTime: new Date(view.creationTimeMs),
    TrainingStartTime: optionalDate(view.trainingStartTimeMs),
    TrainingEndTime: optionalDate(view.trainingEndTimeMs),
    TrainingJobStatus: view.status,
    TunedHyperParameters: Object.fromEntries(
      Object.entries(tuning?.configuration ?? {}).map(([name, tuned]) => [name, formatParameterValue(tuned)]),
    ),
    FailureReason: failureReason(view.failureReason),
    ...(value === undefined || spec.objective === undefined
      ? {}
      : {
          FinalHyperParameterTuningJobObjectiveMetric: {
            Type: spec.objective.type,
            MetricName: spec.objective.metricName,
            Value: value,
          },
        }),
    ObjectiveStatus: objectiveStatus(view),
  };
}

function objectiveStatus({ status, tuning }: TrainingJobView): ObjectiveStatus {
  if (!isTerminalTrainingJobStatus(status)) return 'Pending';
  return tuning?.objectiveValue === undefined ? 'Failed' : 'Succeeded';
}
