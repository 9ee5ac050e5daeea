import type {
  AttemptKey,
  CompletionReason,
  Configuration,
  FinalMetric,
  MetricPoint,
  SecondaryStatus,
  SecondaryStatusTransition,
  TrainingJobSpec,
  TrainingJobStatus,
  TuningJobSpec,
  TuningJobStatus,
  WarmPoolEnd,
  WarmPoolStatus,
} from '@fleetune/domain';

/** Who asked, and in which words, so that the same API can show the request again. Opaque to the scheduler. */
export interface Origin {
  /** Such as `sagemaker` or `fleetune`. */
  readonly api: string;
  /** JSON, as parsed from the request. */
  readonly request: unknown;
}

export interface CreateTrainingJob {
  readonly name: string;
  readonly spec: TrainingJobSpec;
  readonly origin: Origin;
  readonly tags: Readonly<Record<string, string>>;
}

export interface CreateTuningJob {
  readonly name: string;
  readonly spec: TuningJobSpec;
  readonly origin: Origin;
  readonly tags: Readonly<Record<string, string>>;
}

export interface TrainingJobView {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly spec: TrainingJobSpec;
  readonly origin: Origin;
  readonly tags: Readonly<Record<string, string>>;
  readonly status: TrainingJobStatus;
  readonly secondaryStatus: SecondaryStatus;
  readonly transitions: readonly SecondaryStatusTransition[];
  readonly failureReason?: string;
  readonly creationTimeMs: number;
  readonly lastModifiedTimeMs: number;
  readonly trainingStartTimeMs?: number;
  readonly trainingEndTimeMs?: number;
  readonly trainingTimeSeconds?: number;
  readonly billableTimeSeconds?: number;
  /** The entry of `spec.instances` that serves, or served, the newest attempt. */
  readonly instanceType?: string;
  readonly modelArtifactUri?: string;
  readonly finalMetrics: readonly FinalMetric[];
  /** Attempts made so far, the present one included. */
  readonly attemptCount: number;
  /** Time from the free slot to the program's first output, of the newest attempt. */
  readonly startupMs?: number;
  /** Set once the job runs in a slot that is kept, or was. */
  readonly warmPool?: WarmPoolView;
  /** Set when the job belongs to a tuning job. */
  readonly tuning?: {
    readonly tuningJobId: string;
    readonly tuningJobName: string;
    /** From 0, in the order of suggestion. */
    readonly index: number;
    readonly definitionName: string;
    readonly configuration: Configuration;
    readonly objectiveValue?: number;
  };
}

/** What is, or became of, the slot of a training job. */
export interface WarmPoolView {
  readonly status: WarmPoolStatus;
  readonly keepAliveSeconds: number;
  readonly agentId: string;
  readonly instanceType: string;
  /** Training jobs that ran in the slot before this one. */
  readonly reuses: number;
  /** How long the slot waited for the next training job, so far or in all. */
  readonly retainedSeconds: number;
  /** When the slot is given back, as long as it is Available. */
  readonly expiresAtMs?: number;
  /** Name of the training job that started in the slot. */
  readonly reusedBy?: string;
  /** Why the slot was given back. */
  readonly end?: WarmPoolEnd;
}

export interface ListedWarmPool extends WarmPoolView {
  readonly trainingJobName: string;
}

export interface TrainingJobCounts {
  readonly completed: number;
  readonly inProgress: number;
  /** Failed by a fault of ours after the retry budget. */
  readonly retryableError: number;
  /** Failed by the program or its description. */
  readonly nonRetryableError: number;
  readonly stopped: number;
}

export interface ObjectiveCounts {
  readonly succeeded: number;
  readonly pending: number;
  readonly failed: number;
}

export interface TuningJobView {
  readonly id: string;
  readonly name: string;
  readonly tenant: string;
  readonly spec: TuningJobSpec;
  readonly origin: Origin;
  readonly tags: Readonly<Record<string, string>>;
  readonly status: TuningJobStatus;
  readonly completionReason?: CompletionReason;
  readonly failureReason?: string;
  readonly creationTimeMs: number;
  readonly lastModifiedTimeMs: number;
  readonly endTimeMs?: number;
  readonly trainingJobCounts: TrainingJobCounts;
  readonly objectiveCounts: ObjectiveCounts;
  /** The best completed training job by the objective. */
  readonly bestTrainingJob?: TrainingJobView;
  /** With a warm start of type IdenticalDataAndAlgorithm: the best of this tuning job and its parents. */
  readonly overallBestTrainingJob?: TrainingJobView;
  readonly trainingJobsNotImproving: number;
  readonly convergenceDetectedTimeMs?: number;
  /** Sum of training seconds of all training jobs. */
  readonly consumedRuntimeSeconds: number;
}

export type SortOrder = 'Ascending' | 'Descending';

export interface TimeWindow {
  readonly creationAfterMs?: number;
  readonly creationBeforeMs?: number;
  readonly modifiedAfterMs?: number;
  readonly modifiedBeforeMs?: number;
}

/** A line of a listing. */
export type TrainingJobLine = Pick<
  TrainingJobView,
  | 'id'
  | 'name'
  | 'status'
  | 'secondaryStatus'
  | 'creationTimeMs'
  | 'lastModifiedTimeMs'
  | 'trainingEndTimeMs'
  | 'warmPool'
>;

export interface TrainingJobQuery extends TimeWindow {
  readonly nameContains?: string;
  readonly status?: TrainingJobStatus;
  readonly warmPoolStatus?: WarmPoolStatus;
  /** Only the training jobs of this tuning job. */
  readonly tuningJobName?: string;
  readonly sortBy: 'Name' | 'CreationTime' | 'LastModifiedTime' | 'Status' | 'FinalObjectiveMetricValue';
  readonly sortOrder: SortOrder;
  /** At least 1; how many at most is for each API to say. */
  readonly maxResults: number;
  /** From the page before; opaque. */
  readonly nextToken?: string;
}

/** A line of a listing. */
export type TuningJobLine = Omit<TuningJobView, 'bestTrainingJob' | 'overallBestTrainingJob'>;

export interface TuningJobQuery extends TimeWindow {
  readonly nameContains?: string;
  readonly status?: TuningJobStatus;
  readonly sortBy: 'Name' | 'CreationTime' | 'LastModifiedTime' | 'Status';
  readonly sortOrder: SortOrder;
  readonly maxResults: number;
  readonly nextToken?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

export interface LogQuery {
  /** Bytes to skip, counted over what the program produced. */
  readonly fromOffset: number;
  readonly maxBytes: number;
}

export interface LogSlice {
  readonly chunks: readonly { readonly offset: number; readonly timestampMs: number; readonly data: Uint8Array }[];
  readonly nextOffset: number;
  /** True when the attempt has ended and nothing comes after `nextOffset`. */
  readonly complete: boolean;
}

export interface AgentView {
  readonly id: string;
  readonly name: string;
  readonly state: 'Ready' | 'Draining' | 'Offline';
  readonly version: string;
  readonly hostName: string;
  readonly cpuMilli: number;
  readonly memoryMib: number;
  readonly gpuNames: readonly string[];
  readonly sandbox: string;
  readonly classes: readonly { readonly name: string; readonly slots: number }[];
  readonly running: readonly AttemptKey[];
  /** Slots that it keeps for warm pools, free for nobody else; 0 where left out. */
  readonly retained?: number;
  readonly lastSeenMs: number;
}

/**
 * What a person or a client can ask of Fleetune. Every wire format (SageMaker's, our own) is a translation of this.
 *
 * Methods that name a job throw {@link JobNotFoundError} when the tenant has no such job.
 */
export interface JobService {
  /** @throws JobNameTakenError, InvalidSpecError */
  createTrainingJob(tenant: string, request: CreateTrainingJob): Promise<TrainingJobView>;
  /** @throws JobNameTakenError, InvalidSpecError */
  createTuningJob(tenant: string, request: CreateTuningJob): Promise<TuningJobView>;
  /** Asks the job to stop; it is over when its status says so. @throws JobEndedError */
  stopTrainingJob(tenant: string, name: string): Promise<void>;
  /** @throws JobEndedError */
  stopTuningJob(tenant: string, name: string): Promise<void>;
  describeTrainingJob(tenant: string, name: string): Promise<TrainingJobView>;
  describeTuningJob(tenant: string, name: string): Promise<TuningJobView>;
  /** @throws InvalidTokenError, and JobNotFoundError when `query.tuningJobName` is unknown. */
  listTrainingJobs(tenant: string, query: TrainingJobQuery): Promise<Page<TrainingJobView>>;
  /** The same jobs in few words, which are read much faster. @throws as `listTrainingJobs` does. */
  summarizeTrainingJobs(tenant: string, query: TrainingJobQuery): Promise<Page<TrainingJobLine>>;
  /** @throws InvalidTokenError */
  listTuningJobs(tenant: string, query: TuningJobQuery): Promise<Page<TuningJobView>>;
  /** The same jobs without their best training jobs. @throws InvalidTokenError */
  summarizeTuningJobs(tenant: string, query: TuningJobQuery): Promise<Page<TuningJobLine>>;
  /** Every point the newest attempt reported, by metric and step. */
  trainingJobMetrics(tenant: string, name: string): Promise<readonly MetricPoint[]>;
  trainingJobLog(tenant: string, name: string, query: LogQuery): Promise<LogSlice>;
  listAgents(): Promise<readonly AgentView[]>;
  /** The slots that the tenant's training jobs run in or left ready, the newest job first. */
  listWarmPools(tenant: string): Promise<readonly ListedWarmPool[]>;
}

/** What can be done to jobs beside running them. Methods throw {@link JobNotFoundError} as those of JobService do. */
export interface JobUpkeep {
  /** Tags of a job; a tuned training job has those of its tuning job until it gets some of its own. */
  tags(tenant: string, job: JobReference): Promise<Readonly<Record<string, string>>>;
  /** Adds tags, or changes those there are. @returns all tags. @throws TooManyTagsError */
  addTags(
    tenant: string,
    job: JobReference,
    tags: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>>;
  removeTags(tenant: string, job: JobReference, keys: readonly string[]): Promise<void>;
  /**
   * Changes how long the slot of a training job that has ended is kept, from the moment it ended; 0 gives it back, and
   * does nothing where there is none to give back.
   *
   * @throws WarmPoolNotAvailableError, InvalidSpecError
   */
  changeKeepAlive(tenant: string, name: string, keepAliveSeconds: number): Promise<void>;
  /**
   * Forgets a training job that has ended, with its log and metrics. Artifacts stay.
   *
   * @throws JobRunningError, WarmPoolAvailableError
   */
  deleteTrainingJob(tenant: string, name: string): Promise<void>;
  /** Forgets a tuning job that has ended. Its training jobs stay. @throws JobRunningError */
  deleteTuningJob(tenant: string, name: string): Promise<void>;
}

export interface JobReference {
  readonly kind: 'training job' | 'tuning job';
  readonly name: string;
}

/** A job may have so many tags. */
export const MAX_TAGS = 50;

export class TooManyTagsError extends Error {
  override readonly name = 'TooManyTagsError';
  constructor(job: JobReference, count: number) {
    super(`The ${job.kind} "${job.name}" would have ${count} tags; at most ${MAX_TAGS} are allowed.`);
  }
}

/** The job has not ended, so it cannot be deleted. */
export class JobRunningError extends Error {
  override readonly name = 'JobRunningError';
  constructor(kind: 'training job' | 'tuning job', jobName: string) {
    super(`The ${kind} "${jobName}" has not ended; stop it first.`);
  }
}

/** The training job has no slot that is kept, so the period cannot be changed. */
export class WarmPoolNotAvailableError extends Error {
  override readonly name = 'WarmPoolNotAvailableError';
  constructor(jobName: string, status: WarmPoolStatus | undefined) {
    const found = status === undefined ? 'It has none' : `Its warm pool is ${status}`;
    super(`The training job "${jobName}" has no warm pool with status Available to update. ${found}.`);
  }
}

/** The training job's slot is kept, so the job cannot be deleted. */
export class WarmPoolAvailableError extends Error {
  override readonly name = 'WarmPoolAvailableError';
  constructor(jobName: string) {
    super(
      `The training job "${jobName}" retains a warm pool with status Available; end it by UpdateTrainingJob with KeepAlivePeriodInSeconds 0 first.`,
    );
  }
}

export class JobNotFoundError extends Error {
  override readonly name = 'JobNotFoundError';
  readonly jobName: string;
  constructor(kind: 'training job' | 'tuning job', jobName: string) {
    super(`There is no ${kind} named "${jobName}".`);
    this.jobName = jobName;
  }
}

export class JobNameTakenError extends Error {
  override readonly name = 'JobNameTakenError';
  readonly jobName: string;
  constructor(kind: 'training job' | 'tuning job', jobName: string) {
    super(`A ${kind} named "${jobName}" already exists; names are never used again, choose another.`);
    this.jobName = jobName;
  }
}

/** The request is well formed but cannot be run. `faults` holds one sentence per fault. */
export class InvalidSpecError extends Error {
  override readonly name = 'InvalidSpecError';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join(' '));
    this.faults = faults;
  }
}

/** The job has already ended, so it cannot be stopped. */
export class JobEndedError extends Error {
  override readonly name = 'JobEndedError';
  constructor(kind: 'training job' | 'tuning job', jobName: string, status: string) {
    super(`The ${kind} "${jobName}" has already ended with status ${status}.`);
  }
}

/** A page token that this server did not give out, or gave out for another query. */
export class InvalidTokenError extends Error {
  override readonly name = 'InvalidTokenError';
  constructor() {
    super('NextToken is not one that this query returned.');
  }
}
