import type {
  CompletionReason,
  Configuration,
  SecondaryStatus,
  SecondaryStatusTransition,
  TrainingJobSpec,
  TrainingJobStatus,
  TuningJobSpec,
  TuningJobStatus,
} from '@fleetune/domain';
import type { Origin, TrainingJobLine, TrainingJobView, TuningJobView, WarmPoolView } from '@fleetune/scheduler';
import type {
  StoredTrainingJob,
  StoredTrainingJobLine,
  StoredTuningJob,
  TuningJobOfTrainingJob,
} from '@fleetune/store';
import { finalMetrics, specOf } from './rows.js';

/** Nobody asked for a fold by itself. */
const OF_A_FOLD: Origin = { api: 'fleetune', request: null };

/** A line of a listing. @param warmPool what is of its slot, where that is kept. */
export function trainingJobLine(row: StoredTrainingJobLine, warmPool?: WarmPoolView): TrainingJobLine {
  return {
    id: row.id,
    name: row.name,
    status: isToStop(row) ? 'Stopping' : (row.status as TrainingJobStatus),
    secondaryStatus: isToStop(row) ? 'Stopping' : (row.secondary_status as SecondaryStatus),
    creationTimeMs: row.created_at.getTime(),
    lastModifiedTimeMs: row.last_modified_at.getTime(),
    trainingEndTimeMs: row.training_ended_at?.getTime(),
    warmPool,
  };
}

/**
 * @param tuningJob the job's tuning job, where it has one.
 * @param warmPool what is of its slot, where that is kept.
 */
export function trainingJobView(
  row: StoredTrainingJob,
  tuningJob: TuningJobOfTrainingJob | undefined,
  warmPool?: WarmPoolView,
): TrainingJobView {
  const tuningSpec = tuningJob?.spec as TuningJobSpec | undefined;
  const trainingTimeSeconds = row.training_started_at === null ? undefined : Math.round(row.training_ms / 1000);
  let spec: TrainingJobSpec | undefined;
  return {
    ...trainingJobLine(row, warmPool),
    tenant: row.tenant,
    // Listings do not look at it, and are asked for by the hundred.
    get spec() {
      spec ??= specOf(row, tuningSpec);
      return spec;
    },
    origin: (row.origin ?? tuningJob?.origin ?? OF_A_FOLD) as Origin,
    tags: row.tags ?? tuningJob?.tags ?? {},
    transitions: row.transitions as SecondaryStatusTransition[],
    failureReason: row.failure_reason ?? undefined,
    trainingStartTimeMs: row.training_started_at?.getTime(),
    trainingTimeSeconds,
    billableTimeSeconds: row.training_started_at === null ? undefined : Math.round(row.billable_ms / 1000),
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

/**
 * @param best row of `best_training_job_id`, where there is one.
 * @param overallBest of the tuning job and the parents it was warm-started with, where that is asked for.
 */
export function tuningJobView(
  row: StoredTuningJob,
  best: StoredTrainingJob | undefined,
  overallBest?: TrainingJobView,
): TuningJobView {
  return {
    id: row.id,
    name: row.name,
    tenant: row.tenant,
    spec: row.spec as TuningJobSpec,
    origin: row.origin as Origin,
    tags: row.tags,
    status: isToStop(row) ? 'Stopping' : (row.status as TuningJobStatus),
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
    overallBestTrainingJob: overallBest,
    trainingJobsNotImproving: row.not_improving,
    convergenceDetectedTimeMs: row.converged_at?.getTime(),
    consumedRuntimeSeconds: Math.round(row.consumed_runtime_ms / 1000),
  };
}

/** A wish to stop shows at once, and not when the scheduler has come to it. */
function isToStop(row: Pick<StoredTrainingJob, 'status' | 'stop_requested_at'>): boolean {
  return row.stop_requested_at !== null && row.status === 'InProgress';
}
