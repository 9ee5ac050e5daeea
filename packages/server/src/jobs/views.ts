import type {
  CompletionReason,
  Configuration,
  SecondaryStatus,
  SecondaryStatusTransition,
  TrainingJobStatus,
  TuningJobSpec,
  TuningJobStatus,
} from '@fleetune/domain';
import type { Origin, TrainingJobView, TuningJobView } from '@fleetune/scheduler';
import type { StoredTrainingJob, StoredTuningJob } from '@fleetune/store';
import { finalMetrics, specOf } from './rows.js';

/** @param tuningJob the job's tuning job, where it has one. */
export function trainingJobView(row: StoredTrainingJob, tuningJob: StoredTuningJob | undefined): TrainingJobView {
  const tuningSpec = tuningJob?.spec as TuningJobSpec | undefined;
  const trainingTimeSeconds = row.training_started_at === null ? undefined : Math.round(row.training_ms / 1000);
  return {
    id: row.id,
    name: row.name,
    tenant: row.tenant,
    spec: specOf(row, tuningSpec),
    origin: (row.origin ?? tuningJob?.origin) as Origin,
    tags: row.tags ?? tuningJob?.tags ?? {},
    status: row.status as TrainingJobStatus,
    secondaryStatus: row.secondary_status as SecondaryStatus,
    transitions: row.transitions as SecondaryStatusTransition[],
    failureReason: row.failure_reason ?? undefined,
    creationTimeMs: row.created_at.getTime(),
    lastModifiedTimeMs: row.last_modified_at.getTime(),
    trainingStartTimeMs: row.training_started_at?.getTime(),
    trainingEndTimeMs: row.training_ended_at?.getTime(),
    trainingTimeSeconds,
    billableTimeSeconds: trainingTimeSeconds,
    instanceType: row.instance_type ?? undefined,
    modelArtifactUri: row.model_artifact_uri ?? undefined,
    finalMetrics: finalMetrics(row),
    attemptCount: row.fence,
    startupMs: row.startup_ms ?? undefined,
    tuning:
      tuningJob === undefined || tuningSpec === undefined
        ? undefined
        : {
            tuningJobId: tuningJob.id,
            tuningJobName: tuningJob.name,
            index: row.tuning_index ?? 0,
            definitionName: tuningSpec.definitions[row.definition ?? 0]?.name ?? '',
            configuration: row.configuration as Configuration,
            objectiveValue: row.objective ?? undefined,
          },
  };
}

/** @param best row of `best_training_job_id`, where there is one. */
export function tuningJobView(row: StoredTuningJob, best: StoredTrainingJob | undefined): TuningJobView {
  return {
    id: row.id,
    name: row.name,
    tenant: row.tenant,
    spec: row.spec as TuningJobSpec,
    origin: row.origin as Origin,
    tags: row.tags,
    status: row.status as TuningJobStatus,
    completionReason: (row.completion_reason ?? undefined) as CompletionReason | undefined,
    failureReason: row.failure_reason ?? undefined,
    creationTimeMs: row.created_at.getTime(),
    lastModifiedTimeMs: row.last_modified_at.getTime(),
    endTimeMs: row.ended_at?.getTime(),
    trainingJobCounts: {
      completed: row.completed,
      inProgress: row.in_flight,
      retryableError: row.retryable_errors,
      nonRetryableError: row.non_retryable_errors,
      stopped: row.stopped,
    },
    objectiveCounts: {
      succeeded: row.objective_succeeded,
      pending: row.in_flight,
      failed: row.objective_failed,
    },
    bestTrainingJob: best === undefined ? undefined : trainingJobView(best, row),
    trainingJobsNotImproving: row.not_improving,
    convergenceDetectedTimeMs: row.converged_at?.getTime(),
    consumedRuntimeSeconds: Math.round(row.consumed_runtime_ms / 1000),
  };
}
