import type { Configuration, MetricPoint, TrainingJobStatus } from '@fleetune/domain';
import {
  type AgentView,
  type CreateTrainingJob,
  type CreateTuningJob,
  JobEndedError,
  JobNameTakenError,
  JobNotFoundError,
  type JobService,
  type ListedWarmPool,
  type LogQuery,
  type LogSlice,
  type Page,
  type TrainingJobQuery,
  type TrainingJobView,
  type TuningJobQuery,
  type TuningJobView,
} from '@fleetune/scheduler';

/** How the training jobs of a tuning job go: each look at it lets the next one end with this objective, or fail. */
export type TrialPlan = (index: number) => number | 'fails';

/** When every job here is made and changed. */
export const START_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

/** Jobs that live in memory and move on when somebody looks, so that tests need no clock. */
export class InMemoryJobs implements JobService {
  plan: TrialPlan = (index) => index / 10;
  agents: AgentView[] = [];
  warmPools: ListedWarmPool[] = [];
  readonly #tuning = new Map<string, TuningJobView>();
  readonly #training = new Map<string, TrainingJobView>();
  readonly #logs = new Map<string, { text: string; complete: boolean }>();
  readonly #metrics = new Map<string, MetricPoint[]>();

  appendLog(name: string, text: string, complete = false): void {
    this.#logs.set(name, { text: (this.#logs.get(name)?.text ?? '') + text, complete });
  }

  setMetrics(name: string, points: MetricPoint[]): void {
    this.#metrics.set(name, points);
  }

  async createTrainingJob(tenant: string, request: CreateTrainingJob): Promise<TrainingJobView> {
    if (this.#training.has(key(tenant, request.name))) throw new JobNameTakenError('training job', request.name);
    return this.#put(trainingJob(tenant, request));
  }

  async createTuningJob(tenant: string, request: CreateTuningJob): Promise<TuningJobView> {
    if (this.#tuning.has(key(tenant, request.name))) throw new JobNameTakenError('tuning job', request.name);
    const view: TuningJobView = {
      id: request.name,
      tenant,
      ...request,
      status: 'InProgress',
      creationTimeMs: START_MS,
      lastModifiedTimeMs: START_MS,
      trainingJobCounts: { completed: 0, inProgress: 0, retryableError: 0, nonRetryableError: 0, stopped: 0 },
      objectiveCounts: { succeeded: 0, pending: 0, failed: 0 },
      trainingJobsNotImproving: 0,
      consumedRuntimeSeconds: 0,
    };
    this.#tuning.set(key(tenant, request.name), view);
    return view;
  }

  async stopTrainingJob(tenant: string, name: string): Promise<void> {
    const job = await this.describeTrainingJob(tenant, name);
    if (job.status !== 'InProgress') throw new JobEndedError('training job', name, job.status);
    this.#put({ ...job, status: 'Stopped', secondaryStatus: 'Stopped' });
  }

  async stopTuningJob(tenant: string, name: string): Promise<void> {
    const job = this.#find(tenant, name);
    if (job.status !== 'InProgress') throw new JobEndedError('tuning job', name, job.status);
    this.#tuning.set(key(tenant, name), { ...job, status: 'Stopping' });
  }

  async describeTrainingJob(tenant: string, name: string): Promise<TrainingJobView> {
    const job = this.#training.get(key(tenant, name));
    if (job === undefined) throw new JobNotFoundError('training job', name);
    return job;
  }

  async describeTuningJob(tenant: string, name: string): Promise<TuningJobView> {
    const job = this.#find(tenant, name);
    if (job.status === 'InProgress') this.#tuning.set(key(tenant, name), this.#afterNextTrial(job));
    if (job.status === 'Stopping') {
      this.#tuning.set(key(tenant, name), { ...job, status: 'Stopped', completionReason: 'StoppedByUser' });
    }
    return job;
  }

  summarizeTrainingJobs(tenant: string, query: TrainingJobQuery): Promise<Page<TrainingJobView>> {
    return this.listTrainingJobs(tenant, query);
  }

  async listTrainingJobs(tenant: string, query: TrainingJobQuery): Promise<Page<TrainingJobView>> {
    const all = [...this.#training.values()].filter(
      (job) =>
        job.tenant === tenant &&
        job.name.includes(query.nameContains ?? '') &&
        job.lastModifiedTimeMs > (query.modifiedAfterMs ?? 0) &&
        (query.status === undefined || job.status === query.status) &&
        (query.tuningJobName === undefined || job.tuning?.tuningJobName === query.tuningJobName),
    );
    if (query.sortBy === 'FinalObjectiveMetricValue') {
      all.sort((a, b) => (a.tuning?.objectiveValue ?? Number.NaN) - (b.tuning?.objectiveValue ?? Number.NaN));
    }
    return page(all, query);
  }

  summarizeTuningJobs(tenant: string, query: TuningJobQuery): Promise<Page<TuningJobView>> {
    return this.listTuningJobs(tenant, query);
  }

  async listTuningJobs(tenant: string, query: TuningJobQuery): Promise<Page<TuningJobView>> {
    const all = [...this.#tuning.values()].filter(
      (job) =>
        job.tenant === tenant &&
        job.name.includes(query.nameContains ?? '') &&
        job.lastModifiedTimeMs > (query.modifiedAfterMs ?? 0),
    );
    return page(all, query);
  }

  async listWarmPools(): Promise<readonly ListedWarmPool[]> {
    return this.warmPools;
  }

  async trainingJobMetrics(tenant: string, name: string): Promise<readonly MetricPoint[]> {
    await this.describeTrainingJob(tenant, name);
    return this.#metrics.get(name) ?? [];
  }

  async trainingJobLog(tenant: string, name: string, query: LogQuery): Promise<LogSlice> {
    await this.describeTrainingJob(tenant, name);
    const log = this.#logs.get(name) ?? { text: '', complete: true };
    const data = Buffer.from(log.text).subarray(query.fromOffset, query.fromOffset + query.maxBytes);
    const nextOffset = query.fromOffset + data.length;
    return {
      chunks: data.length === 0 ? [] : [{ offset: query.fromOffset, timestampMs: START_MS, data }],
      nextOffset,
      complete: log.complete && nextOffset >= Buffer.byteLength(log.text),
    };
  }

  async listAgents(): Promise<readonly AgentView[]> {
    return this.agents;
  }

  #find(tenant: string, name: string): TuningJobView {
    const job = this.#tuning.get(key(tenant, name));
    if (job === undefined) throw new JobNotFoundError('tuning job', name);
    return job;
  }

  #put(job: TrainingJobView): TrainingJobView {
    this.#training.set(key(job.tenant, job.name), job);
    return job;
  }

  #afterNextTrial(job: TuningJobView): TuningJobView {
    const { completed, nonRetryableError } = job.trainingJobCounts;
    const index = completed + nonRetryableError;
    const trial = this.#put(endedTrial(job, index, this.plan(index)));
    const failed = trial.status === 'Failed' ? 1 : 0;
    const value = trial.tuning?.objectiveValue;
    const best = job.bestTrainingJob;
    const isBest = value !== undefined && (best === undefined || value > (best.tuning?.objectiveValue ?? 0));
    const bestTrainingJob = isBest ? trial : best;
    const ended = index + 1 >= (job.spec.limits.maxTrainingJobs ?? 1);
    const succeeded = completed + 1 - failed;
    return {
      ...job,
      ...(ended ? { status: succeeded > 0 ? 'Completed' : 'Failed' } : {}),
      ...(ended && succeeded > 0 ? { completionReason: 'MaxTrainingJobsReached', endTimeMs: START_MS + 60_000 } : {}),
      ...(ended && succeeded === 0 ? { failureReason: 'All training jobs failed.' } : {}),
      trainingJobCounts: {
        ...job.trainingJobCounts,
        completed: succeeded,
        nonRetryableError: nonRetryableError + failed,
        inProgress: ended ? 0 : 1,
      },
      ...(bestTrainingJob === undefined ? {} : { bestTrainingJob }),
    };
  }
}

function endedTrial(job: TuningJobView, index: number, outcome: number | 'fails'): TrainingJobView {
  const definition = job.spec.definitions[0];
  if (definition === undefined) throw new Error(`Tuning job ${job.name} has no definition.`);
  const configuration: Configuration = Object.fromEntries(
    definition.ranges.map((range) => [range.name, range.kind === 'categorical' ? (range.values[0] ?? '') : range.min]),
  );
  const name = `${job.name}-${String(index + 1).padStart(3, '0')}`;
  const created = trainingJob(job.tenant, { name, spec: definition.template, origin: job.origin, tags: {} });
  const status: TrainingJobStatus = outcome === 'fails' ? 'Failed' : 'Completed';
  const base = { tuningJobId: job.id, tuningJobName: job.name, index, definitionName: '', configuration };
  return {
    ...created,
    status,
    secondaryStatus: status,
    trainingTimeSeconds: 2,
    startupMs: 40 + index,
    ...(outcome === 'fails'
      ? { failureReason: 'AlgorithmError: exit code 1', tuning: base }
      : { tuning: { ...base, objectiveValue: outcome } }),
  };
}

function trainingJob(tenant: string, request: CreateTrainingJob): TrainingJobView {
  return {
    id: request.name,
    tenant,
    ...request,
    status: 'InProgress',
    secondaryStatus: 'Pending',
    transitions: [{ status: 'Pending', startTimeMs: START_MS }],
    creationTimeMs: START_MS,
    lastModifiedTimeMs: START_MS,
    finalMetrics: [],
    attemptCount: 1,
  };
}

function page<T>(all: T[], query: { maxResults: number; nextToken?: string; sortOrder: string }): Page<T> {
  const ordered = query.sortOrder === 'Descending' ? [...all].reverse() : all;
  const from = Number(query.nextToken ?? 0);
  const items = ordered.slice(from, from + query.maxResults);
  const next = from + items.length;
  return next < all.length ? { items, nextToken: String(next) } : { items };
}

function key(tenant: string, name: string): string {
  return `${tenant}/${name}`;
}
