import type { Channel } from './channel.js';
import type { MetricDefinition } from './metric.js';
import type { Objective } from './objective.js';

/** What runs: a built-in algorithm, a Python script, a plain command, or a container image. */
export type Algorithm =
  | { readonly kind: 'builtin'; readonly name: string; readonly version?: string }
  | {
      readonly kind: 'script';
      /** A folder or a .tar.gz, as `file://` or `s3://`. */
      readonly sourceUri: string;
      /** Path of the script inside the source. */
      readonly entryPoint: string;
    }
  | { readonly kind: 'command'; readonly command: readonly string[] }
  | {
      readonly kind: 'image';
      readonly image: string;
      readonly entrypoint?: readonly string[];
      readonly arguments?: readonly string[];
    };

/** One entry of the fallback list: what to run on. */
export interface InstanceRequest {
  readonly instanceType: string;
  /** 1 or more; more than one is a gang. */
  readonly instanceCount: number;
  readonly volumeSizeGib: number;
}

export interface StoppingCondition {
  /** From the start of training to its end: over one attempt, with managed spot over all attempts together. */
  readonly maxRuntimeSeconds: number;
  /** Waiting plus running, over all attempts (managed spot). */
  readonly maxWaitSeconds?: number;
  /** From creation to the first start. */
  readonly maxPendingSeconds?: number;
}

/** Everything that one training needs to run, with nothing left to look up. */
export interface TrainingJobSpec {
  readonly algorithm: Algorithm;
  /** All hyperparameters, static and tuned, as strings. */
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly channels: readonly Channel[];
  /** Folder or key prefix under which `<training job name>/output/model.tar.gz` is written. */
  readonly outputUri: string;
  /** GZIP writes `model.tar.gz`, NONE the files of the model below `model/`. Default: GZIP. */
  readonly outputCompression?: 'GZIP' | 'NONE';
  /** Folder or key prefix that `/opt/ml/checkpoints` is kept in step with, and restored from. */
  readonly checkpointUri?: string;
  /** In order of preference; at least one. */
  readonly instances: readonly InstanceRequest[];
  readonly stopping: StoppingCondition;
  /** How often an internal error may be tried again, beyond what interruptions cost. 0 to 30. */
  readonly maximumRetryAttempts: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly metricDefinitions: readonly MetricDefinition[];
  readonly networkIsolation: boolean;
  readonly spot: boolean;
  /** How long the slot stays ready for the next training job that matches: 1 to 3600; 0 is not at all. */
  readonly keepAliveSeconds: number;
  /** Whose rights the job asks for. Nothing is allowed by it; warm pools of different roles are kept apart. */
  readonly roleArn?: string;
  /** Nothing is encrypted with it; warm pools with different keys are kept apart. */
  readonly volumeKmsKeyId?: string;
  /** Between the instances of one training job. Warm pools with and without are kept apart. */
  readonly interContainerTrafficEncryption?: boolean;
  /** Higher runs earlier among the jobs of one tenant; 0 where left out. */
  readonly priority?: number;
  readonly objective?: Objective;
}

export type TrainingJobStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped';

/** SageMaker's `SecondaryStatus`, the values that are in use. */
export type SecondaryStatus =
  | 'Pending'
  | 'Starting'
  | 'Downloading'
  | 'Training'
  | 'Uploading'
  | 'Interrupted'
  | 'Restarting'
  | 'Stopping'
  | 'Stopped'
  | 'MaxRuntimeExceeded'
  | 'MaxWaitTimeExceeded'
  | 'Completed'
  | 'Failed';

export interface SecondaryStatusTransition {
  readonly status: SecondaryStatus;
  readonly startTimeMs: number;
  readonly endTimeMs?: number;
  readonly statusMessage?: string;
}

/** Phases an agent reports while it runs an attempt, in their only order. */
export const ATTEMPT_PHASES = ['Starting', 'Downloading', 'Training', 'Uploading'] as const;
export type AttemptPhase = (typeof ATTEMPT_PHASES)[number];

export function isTerminalTrainingJobStatus(status: TrainingJobStatus): status is 'Completed' | 'Failed' | 'Stopped' {
  return status === 'Completed' || status === 'Failed' || status === 'Stopped';
}
