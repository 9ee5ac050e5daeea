import { randomUUID } from 'node:crypto';
import type { AttemptRow, TrainingJobRow, TuningJobProgressRow } from './commit.js';

/** When rows of tests were made. */
export const NOW = '2026-01-01T00:00:00.000Z';

/** A tuning job that has just begun. */
export function progressRow(id: string, change: Partial<TuningJobProgressRow> = {}): TuningJobProgressRow {
  return {
    id,
    status: 'InProgress',
    completion_reason: null,
    failure_reason: null,
    launched: 0,
    in_flight: 0,
    completed: 0,
    stopped: 0,
    retryable_errors: 0,
    non_retryable_errors: 0,
    objective_succeeded: 0,
    objective_failed: 0,
    best_training_job_id: null,
    best_objective: null,
    not_improving: 0,
    converged_at: null,
    consumed_runtime_ms: 0,
    last_modified_at: NOW,
    ended_at: null,
    ...change,
  };
}

/** A training job that starts, of a tuning job or with a specification of its own. */
export function trainingRow(change: Partial<TrainingJobRow> = {}): TrainingJobRow {
  const id = change.id ?? randomUUID();
  return {
    id,
    tenant: 'default',
    name: id,
    tuning_job_id: null,
    tuning_index: null,
    definition: null,
    spec: {},
    parent_id: null,
    fold_position: null,
    configuration: null,
    status: 'InProgress',
    secondary_status: 'Starting',
    transitions: [],
    failure_reason: null,
    stop_reason: null,
    fence: 1,
    instance_type: 'small',
    internal_errors: 0,
    interruptions: 0,
    losses: 0,
    not_before: null,
    training_started_at: null,
    training_ended_at: null,
    training_ms: 0,
    billable_ms: 0,
    startup_ms: null,
    final_metrics: [],
    objective: null,
    model_artifact_uri: null,
    created_at: NOW,
    last_modified_at: NOW,
    ended_at: null,
    ...change,
  };
}

/** An attempt that waits for an agent. */
export function attemptRow(trainingJobId: string, change: Partial<AttemptRow> = {}): AttemptRow {
  return {
    training_job_id: trainingJobId,
    fence: 1,
    instance_index: 0,
    instance_class: 'small',
    state: 'Queued',
    agent_id: null,
    queued_at: NOW,
    leased_at: null,
    ended_at: null,
    outcome: null,
    ...change,
  };
}
