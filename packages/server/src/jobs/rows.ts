import type {
  AttemptOutcome,
  Configuration,
  FinalMetric,
  SecondaryStatus,
  SecondaryStatusTransition,
  StopReason,
  TrainingJobSpec,
  TrainingJobStatus,
} from '@fleetune/domain';
import {
  type CompletionReason,
  instanceTypeOf,
  type TuningJobSpec,
  type TuningJobStatus,
  tunedTrainingJobSpec,
} from '@fleetune/domain';
import type { AttemptRecord, MetricBatch, TrainingJobState, TrainingWatch, TuningJobState } from '@fleetune/scheduler';
import type {
  AttemptRow,
  MetricPointRow,
  StoredAttempt,
  StoredTrainingJob,
  StoredTuningJob,
  TrainingJobRow,
  TuningJobProgressRow,
} from '@fleetune/store';

/** Translation between what the scheduler holds and what the tables hold. */

export function tuningJobRow(job: TuningJobState): TuningJobProgressRow {
  return {
    id: job.id,
    status: job.status,
    completion_reason: job.completionReason ?? null,
    failure_reason: job.failureReason ?? null,
    launched: job.launched,
    in_flight: job.inFlight.size,
    completed: job.completed,
    stopped: job.stopped,
    retryable_errors: job.retryableErrors,
    non_retryable_errors: job.nonRetryableErrors,
    objective_succeeded: job.objectiveSucceeded,
    objective_failed: job.objectiveFailed,
    best_training_job_id: job.best?.trainingJobId ?? null,
    best_objective: job.best?.objective ?? null,
    not_improving: job.notImproving,
    converged_at: isoOrNull(job.convergedAtMs),
    consumed_runtime_ms: Math.round(job.consumedRuntimeMs),
    last_modified_at: iso(job.lastModifiedAtMs),
    ended_at: isoOrNull(job.endedAtMs),
  };
}

export function trainingJobRow(job: TrainingJobState): TrainingJobRow {
  return {
    id: job.id,
    tenant: job.tenant,
    name: job.name,
    tuning_job_id: job.tuning?.tuningJobId ?? null,
    tuning_index: job.tuning?.index ?? null,
    definition: job.tuning?.definition ?? null,
    configuration: job.tuning?.configuration ?? null,
    spec: job.fold === undefined ? null : job.spec,
    parent_id: job.fold?.parentId ?? null,
    fold_position: job.fold?.position ?? null,
    status: job.status,
    secondary_status: job.secondaryStatus,
    transitions: job.transitions,
    failure_reason: job.failureReason ?? null,
    stop_reason: job.stopReason ?? null,
    fence: job.fence,
    instance_type: job.attempt === undefined ? null : instanceTypeOf(job.attempt.instanceClass),
    internal_errors: job.internalErrors,
    interruptions: job.interruptions,
    losses: job.losses,
    not_before: job.notBeforeMs > 0 ? iso(job.notBeforeMs) : null,
    training_started_at: isoOrNull(job.trainingStartMs),
    training_ended_at: isoOrNull(job.trainingEndMs),
    training_ms: Math.round(job.trainingMs),
    billable_ms: Math.round(job.billableMs),
    startup_ms: job.startupMs ?? null,
    final_metrics: job.finalMetrics.map(finalMetricRow),
    objective: job.objective ?? null,
    model_artifact_uri: job.modelArtifactUri ?? null,
    created_at: iso(job.createdAtMs),
    last_modified_at: iso(job.lastModifiedAtMs),
    ended_at: isoOrNull(job.endedAtMs),
  };
}

export function attemptRows(job: TrainingJobState): AttemptRow[] {
  const attempts = job.attempt === undefined ? job.endedAttempts : [...job.endedAttempts, job.attempt];
  return attempts.map((attempt) => ({
    training_job_id: job.id,
    fence: attempt.fence,
    instance_index: attempt.instanceIndex,
    instance_class: attempt.instanceClass,
    state: attempt.state,
    agent_id: attempt.agentId ?? null,
    queued_at: iso(attempt.queuedAtMs),
    leased_at: isoOrNull(attempt.leasedAtMs),
    ended_at: isoOrNull(attempt.endedAtMs),
    outcome: attempt.outcome ?? null,
  }));
}

export function metricRows(batch: MetricBatch): MetricPointRow[] {
  return batch.points.map((point) => ({
    training_job_id: batch.key.trainingJobId,
    fence: batch.key.fence,
    name: point.name,
    step: point.step,
    value: String(point.value),
    reported_at: iso(point.timestampMs),
  }));
}

export function tuningJobState(
  row: StoredTuningJob,
  inFlight: readonly string[],
  watch: TrainingWatch | undefined,
  foldsOfBest: readonly number[] | undefined,
): TuningJobState {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    spec: row.spec as TuningJobSpec,
    createdAtMs: row.created_at.getTime(),
    status: row.status as TuningJobStatus,
    completionReason: (row.completion_reason ?? undefined) as CompletionReason | undefined,
    failureReason: row.failure_reason ?? undefined,
    launched: row.launched,
    inFlight: new Set(inFlight),
    asking: 0,
    completed: row.completed,
    stopped: row.stopped,
    retryableErrors: row.retryable_errors,
    nonRetryableErrors: row.non_retryable_errors,
    objectiveSucceeded: row.objective_succeeded,
    objectiveFailed: row.objective_failed,
    best:
      row.best_training_job_id === null || row.best_objective === null
        ? undefined
        : { trainingJobId: row.best_training_job_id, objective: row.best_objective },
    notImproving: row.not_improving,
    convergedAtMs: row.converged_at?.getTime(),
    consumedRuntimeMs: row.consumed_runtime_ms,
    endedAtMs: row.ended_at?.getTime(),
    lastModifiedAtMs: row.last_modified_at.getTime(),
    watch,
    foldsOfBest,
  };
}

/** @param tuningJobSpec of the job's tuning job, where it has one. */
export function trainingJobState(
  row: StoredTrainingJob,
  attempt: StoredAttempt | undefined,
  tuningJobSpec: TuningJobSpec | undefined,
  parts: Pick<TrainingJobState, 'fold' | 'crossValidation' | 'warmPool'>,
): TrainingJobState {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    spec: specOf(row, tuningJobSpec),
    createdAtMs: row.created_at.getTime(),
    tuning:
      row.tuning_job_id === null
        ? undefined
        : {
            tuningJobId: row.tuning_job_id,
            index: row.tuning_index ?? 0,
            definition: row.definition ?? 0,
            configuration: row.configuration as Configuration,
          },
    ...parts,
    status: row.status as TrainingJobStatus,
    secondaryStatus: row.secondary_status as SecondaryStatus,
    transitions: row.transitions as SecondaryStatusTransition[],
    failureReason: row.failure_reason ?? undefined,
    stopReason: (row.stop_reason ?? undefined) as StopReason | undefined,
    fence: row.fence,
    attempt: attempt === undefined ? undefined : attemptRecord(attempt),
    endedAttempts: [],
    internalErrors: row.internal_errors,
    interruptions: row.interruptions,
    losses: row.losses,
    notBeforeMs: row.not_before?.getTime() ?? 0,
    trainingStartMs: row.training_started_at?.getTime(),
    trainingEndMs: row.training_ended_at?.getTime(),
    trainingMs: row.training_ms,
    billableMs: row.billable_ms,
    startupMs: row.startup_ms ?? undefined,
    finalMetrics: finalMetrics(row),
    objective: row.objective ?? undefined,
    modelArtifactUri: row.model_artifact_uri ?? undefined,
    endedAtMs: row.ended_at?.getTime(),
    lastModifiedAtMs: row.last_modified_at.getTime(),
  };
}

/** A tuned training job keeps only its configuration; the rest stands in its tuning job. */
export function specOf(row: StoredTrainingJob, tuningJobSpec: TuningJobSpec | undefined): TrainingJobSpec {
  if (row.tuning_job_id === null) return row.spec as TrainingJobSpec;
  const definition = tuningJobSpec?.definitions[row.definition ?? 0];
  if (definition === undefined) throw new Error(`Training job ${row.name} has lost its definition.`);
  return tunedTrainingJobSpec(definition, row.configuration as Configuration);
}

export function finalMetrics(row: Pick<StoredTrainingJob, 'final_metrics'>): FinalMetric[] {
  return (row.final_metrics as FinalMetricRow[]).map((metric) => ({ ...metric, value: Number(metric.value) }));
}

interface FinalMetricRow {
  readonly name: string;
  /** Text, because JSON has no NaN. */
  readonly value: string;
  readonly timestampMs: number;
}

function finalMetricRow(metric: FinalMetric): FinalMetricRow {
  return { ...metric, value: String(metric.value) };
}

function attemptRecord(row: StoredAttempt): AttemptRecord {
  return {
    fence: row.fence,
    instanceIndex: row.instance_index,
    instanceClass: row.instance_class,
    state: row.state as AttemptRecord['state'],
    queuedAtMs: row.queued_at.getTime(),
    agentId: row.agent_id ?? undefined,
    leasedAtMs: row.leased_at?.getTime(),
    endedAtMs: row.ended_at?.getTime(),
    outcome: (row.outcome ?? undefined) as AttemptOutcome | undefined,
    requeueAtMs: 0,
    requeues: 0,
    leaseExpiresAtMs: Number.POSITIVE_INFINITY,
  };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

function isoOrNull(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : iso(timeMs);
}
