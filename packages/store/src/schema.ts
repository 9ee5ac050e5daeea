import type { ColumnType, Generated } from 'kysely';

/** Written as JSON text, read parsed. */
type Json<T> = ColumnType<T, string, string>;
type Timestamp = ColumnType<Date, Date | string, Date | string>;

/** The tables as the newest migration leaves them. */
export interface Schema {
  scheduler_ownership: SchedulerOwnershipTable;
  tuning_jobs: TuningJobTable;
  training_jobs: TrainingJobTable;
  attempts: AttemptTable;
  metric_points: MetricPointTable;
  log_chunks: LogChunkTable;
  agents: AgentTable;
  join_tokens: JoinTokenTable;
  access_keys: AccessKeyTable;
  warm_pools: WarmPoolTable;
}

interface SchedulerOwnershipTable {
  singleton: Generated<boolean>;
  fence: number;
}

export interface TuningJobTable {
  id: string;
  tenant: string;
  name: string;
  spec: Json<unknown>;
  origin: Json<unknown>;
  tags: Json<Record<string, string>>;
  status: string;
  completion_reason: string | null;
  failure_reason: string | null;
  max_training_jobs: number | null;
  max_parallel_training_jobs: number;
  launched: Generated<number>;
  in_flight: Generated<number>;
  completed: Generated<number>;
  stopped: Generated<number>;
  retryable_errors: Generated<number>;
  non_retryable_errors: Generated<number>;
  objective_succeeded: Generated<number>;
  objective_failed: Generated<number>;
  best_training_job_id: string | null;
  best_objective: number | null;
  not_improving: Generated<number>;
  converged_at: Timestamp | null;
  consumed_runtime_ms: Generated<number>;
  created_at: Timestamp;
  last_modified_at: Timestamp;
  ended_at: Timestamp | null;
  deleted_at: Timestamp | null;
  stop_requested_at: Timestamp | null;
}

export interface TrainingJobTable {
  id: string;
  tenant: string;
  name: string;
  tuning_job_id: string | null;
  tuning_index: number | null;
  definition: number | null;
  configuration: Json<unknown> | null;
  spec: Json<unknown> | null;
  /** Of the training job whose fold this is. */
  parent_id: string | null;
  fold_position: number | null;
  origin: Json<unknown> | null;
  tags: Json<Record<string, string>> | null;
  status: string;
  secondary_status: string;
  transitions: Json<unknown>;
  failure_reason: string | null;
  stop_reason: string | null;
  fence: number;
  instance_type: string | null;
  internal_errors: number;
  interruptions: number;
  losses: number;
  not_before: Timestamp | null;
  training_started_at: Timestamp | null;
  training_ended_at: Timestamp | null;
  training_ms: number;
  billable_ms: Generated<number>;
  startup_ms: number | null;
  final_metrics: Json<unknown>;
  objective: number | null;
  model_artifact_uri: string | null;
  created_at: Timestamp;
  last_modified_at: Timestamp;
  ended_at: Timestamp | null;
  deleted_at: Timestamp | null;
  stop_requested_at: Timestamp | null;
}

export interface AttemptTable {
  training_job_id: string;
  fence: number;
  instance_index: number;
  instance_class: string;
  state: string;
  agent_id: string | null;
  queued_at: Timestamp;
  leased_at: Timestamp | null;
  ended_at: Timestamp | null;
  outcome: Json<unknown> | null;
}

export interface MetricPointTable {
  training_job_id: string;
  fence: number;
  name: string;
  step: number;
  value: number;
  reported_at: Timestamp;
}

interface LogChunkTable {
  training_job_id: string;
  fence: number;
  byte_offset: number;
  data: Buffer;
  written_at: Timestamp;
}

interface AgentTable {
  id: string;
  name: string;
  credential_sha256: string;
  version: string | null;
  host_name: string | null;
  inventory: Json<unknown> | null;
  offered_classes: Json<unknown> | null;
  last_seen_at: Timestamp | null;
  created_at: Timestamp;
}

interface JoinTokenTable {
  token_sha256: string;
  reusable: boolean;
  used_at: Timestamp | null;
  created_at: Timestamp;
}

export interface AccessKeyTable {
  id: string;
  tenant: string;
  /** By the server's sealing key. */
  sealed_secret: Buffer;
  token_sha256: string;
  enabled: boolean;
  created_at: Timestamp;
}

export interface WarmPoolTable {
  training_job_id: string;
  tenant: string;
  fence: number;
  agent_id: string;
  instance_class: string;
  match: Json<unknown>;
  cluster_id: string;
  born_at: Timestamp;
  reuses: number;
  keep_alive_seconds: number;
  /** By UpdateTrainingJob; the scheduler carries it out. */
  wanted_keep_alive_seconds: number | null;
  status: string;
  available_at: Timestamp | null;
  retained_ms: Generated<number>;
  reused_by: string | null;
  end_reason: string | null;
  ended_at: Timestamp | null;
}
