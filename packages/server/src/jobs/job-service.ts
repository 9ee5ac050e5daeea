import { randomUUID } from 'node:crypto';
import {
  keepAliveFaults,
  type TuningJobSpec,
  trainingJobFaults,
  tuningJobFaults,
  warmStartFaults,
  withResources,
} from '@fleetune/domain';
import {
  type AgentView,
  type CreateTrainingJob,
  type CreateTuningJob,
  InvalidSpecError,
  JobEndedError,
  JobNameTakenError,
  JobNotFoundError,
  type JobReference,
  JobRunningError,
  type JobService,
  type JobUpkeep,
  type ListedWarmPool,
  type LogQuery,
  type LogSlice,
  MAX_TAGS,
  newTrainingJobProgress,
  newTuningJobProgress,
  type Page,
  type SchedulerEvent,
  TooManyTagsError,
  type TrainingJobLine,
  type TrainingJobQuery,
  type TrainingJobView,
  type TuningJobLine,
  type TuningJobQuery,
  type TuningJobView,
  WarmPoolAvailableError,
  WarmPoolNotAvailableError,
} from '@fleetune/scheduler';
import {
  type Database,
  deleteTrainingJobRecords,
  findTrainingJob,
  findTrainingJobs,
  findTrainingJobWithTuningJob,
  findTuningJob,
  findTuningJobsOfTrainingJobs,
  findWarmPools,
  findWarmStartParents,
  insertTrainingJob,
  insertTuningJob,
  type JobTable,
  type Listed,
  listFolds,
  listLiveWarmPools,
  listMetricPoints,
  listTrainingJobLines,
  listTrainingJobRows,
  listTuningJobRows,
  markJobDeleted,
  markKeepAliveWanted,
  markStopRequested,
  readLog,
  replaceJobTags,
  type StoredTrainingJob,
  type TrainingJobListing,
} from '@fleetune/store';
import { algorithmFaults, tunedAlgorithmFaults } from './algorithm-faults.js';
import { listing, refusingBadCursor, tokenAfter } from './listing.js';
import { metricFaults } from './metric-faults.js';
import { overallBest } from './overall-best.js';
import { trainingJobLine, trainingJobView, tuningJobView } from './views.js';
import { warmPoolView } from './warm-pool-rows.js';

export interface JobServiceParts {
  readonly database: Database;
  readonly nowMs: () => number;
  /** Tells the scheduler. */
  readonly post: (event: SchedulerEvent) => void;
  /** Faults of a search problem that only the strategies know, such as Grid with numeric ranges. */
  readonly searchFaults: (spec: CreateTuningJob['spec']) => string[];
  readonly agents: () => Promise<AgentView[]>;
  /** Places in a specification that the tenant may not read or write. */
  readonly placeFaults: (tenant: string, spec: unknown) => Promise<string[]>;
}

/** Reads from the store; writes what is new to the store first, then tells the scheduler. */
export function createJobService(parts: JobServiceParts): JobService & JobUpkeep {
  return new StoredJobService(parts);
}

/** Training jobs of a tuning job and its warm-start parents together; SageMaker allows 500. */
const MAX_TRAINING_JOBS_WITH_PARENTS = 10_000;

class StoredJobService implements JobService, JobUpkeep {
  readonly #parts: JobServiceParts;
  readonly #database: Database;

  constructor(parts: JobServiceParts) {
    this.#parts = parts;
    this.#database = parts.database;
  }

  async createTrainingJob(tenant: string, request: CreateTrainingJob): Promise<TrainingJobView> {
    refuseFaults([
      ...trainingJobFaults(request.spec),
      ...algorithmFaults(request.spec),
      ...metricFaults(request.spec.metricDefinitions),
      ...(await this.#parts.placeFaults(tenant, request.spec)),
    ]);
    const nowMs = this.#parts.nowMs();
    const { name, spec, origin, tags } = request;
    const job = { id: randomUUID(), tenant, name, spec, createdAtMs: nowMs, ...newTrainingJobProgress(nowMs) };
    const inserted = await insertTrainingJob(this.#database, { ...job, origin, tags, createdAt: new Date(nowMs) });
    if (!inserted) throw new JobNameTakenError('training job', name);
    this.#parts.post({ kind: 'TrainingJobCreated', job });
    return this.describeTrainingJob(tenant, name);
  }

  async createTuningJob(tenant: string, request: CreateTuningJob): Promise<TuningJobView> {
    const { name, origin, tags } = request;
    const spec = withResources(request.spec);
    const faults = [
      ...tuningJobFaults(spec),
      ...(await this.#warmStartFaults(tenant, spec)),
      ...tunedAlgorithmFaults(spec),
      ...spec.definitions.flatMap((definition) => metricFaults(definition.template.metricDefinitions)),
    ];
    refuseFaults(faults.length > 0 ? faults : this.#parts.searchFaults(spec));
    refuseFaults(await this.#parts.placeFaults(tenant, spec));
    const nowMs = this.#parts.nowMs();
    const job = { id: randomUUID(), tenant, name, spec, createdAtMs: nowMs, ...newTuningJobProgress(spec, nowMs) };
    const inserted = await insertTuningJob(this.#database, {
      ...job,
      origin,
      tags,
      maxTrainingJobs: spec.limits.maxTrainingJobs ?? null,
      maxParallelTrainingJobs: spec.limits.maxParallelTrainingJobs,
      createdAt: new Date(nowMs),
    });
    if (!inserted) throw new JobNameTakenError('tuning job', name);
    this.#parts.post({ kind: 'TuningJobCreated', job });
    return this.describeTuningJob(tenant, name);
  }

  async stopTrainingJob(tenant: string, name: string): Promise<void> {
    const row = await this.#trainingJob(tenant, name);
    await this.#requestStop('training job', 'training_jobs', row);
    this.#parts.post({ kind: 'TrainingJobStopRequested', trainingJobId: row.id });
  }

  async stopTuningJob(tenant: string, name: string): Promise<void> {
    const row = await this.#tuningJob(tenant, name);
    await this.#requestStop('tuning job', 'tuning_jobs', row);
    this.#parts.post({ kind: 'TuningJobStopRequested', tuningJobId: row.id });
  }

  async describeTrainingJob(tenant: string, name: string): Promise<TrainingJobView> {
    const found = await findTrainingJobWithTuningJob(this.#database, tenant, name);
    if (found === undefined) throw new JobNotFoundError('training job', name);
    const warmPool = await this.#warmPools([{ id: found.row.id, has_warm_pool: found.hasWarmPool }]);
    return trainingJobView(found.row, found.tuningJob, warmPool(found.row));
  }

  async describeTuningJob(tenant: string, name: string): Promise<TuningJobView> {
    const row = await this.#tuningJob(tenant, name);
    const [best] = await findTrainingJobs(this.#database, present([row.best_training_job_id]));
    return tuningJobView(row, best, await overallBest(this.#database, row));
  }

  async listTrainingJobs(tenant: string, query: TrainingJobQuery): Promise<Page<TrainingJobView>> {
    const { tuningJob, shown, nextToken } = await this.#page(tenant, query, listTrainingJobRows);
    const warmPool = await this.#warmPools(shown);
    const tuningJobOf = tuningJob ? () => tuningJob : await this.#tuningJobs(shown);
    return { items: shown.map((row) => trainingJobView(row, tuningJobOf(row), warmPool(row))), nextToken };
  }

  async summarizeTrainingJobs(tenant: string, query: TrainingJobQuery): Promise<Page<TrainingJobLine>> {
    const { shown, nextToken } = await this.#page(tenant, query, listTrainingJobLines);
    const warmPool = await this.#warmPools(shown);
    return { items: shown.map((row) => trainingJobLine(row, warmPool(row))), nextToken };
  }

  async #page<Row>(
    tenant: string,
    query: TrainingJobQuery,
    list: (database: Database, listing: TrainingJobListing) => Promise<Listed<Row>>,
  ) {
    const { maxResults, nextToken: _, ...rest } = query;
    const tuningJob =
      query.tuningJobName === undefined ? undefined : await this.#tuningJob(tenant, query.tuningJobName);
    const token = `training-jobs ${JSON.stringify(rest)}`;
    const wanted = { ...listing(tenant, query, token), tuningJobId: tuningJob?.id };
    const rows = await refusingBadCursor(list(this.#database, wanted));
    const shown = rows.slice(0, maxResults);
    return { tuningJob, shown, nextToken: tokenAfter(token, rows, shown) };
  }

  async listTuningJobs(tenant: string, query: TuningJobQuery): Promise<Page<TuningJobView>> {
    const { shown, nextToken } = await this.#tuningJobPage(tenant, query);
    const best = await findTrainingJobs(this.#database, present(shown.map((row) => row.best_training_job_id)));
    const bestById = new Map(best.map((row) => [row.id, row]));
    return { items: shown.map((row) => tuningJobView(row, bestById.get(row.best_training_job_id ?? ''))), nextToken };
  }

  async summarizeTuningJobs(tenant: string, query: TuningJobQuery): Promise<Page<TuningJobLine>> {
    const { shown, nextToken } = await this.#tuningJobPage(tenant, query);
    return { items: shown.map((row) => tuningJobView(row, undefined)), nextToken };
  }

  async #tuningJobPage(tenant: string, query: TuningJobQuery) {
    const { maxResults, nextToken: _, ...rest } = query;
    const token = `tuning-jobs ${JSON.stringify(rest)}`;
    const rows = await refusingBadCursor(listTuningJobRows(this.#database, listing(tenant, query, token)));
    const shown = rows.slice(0, maxResults);
    return { shown, nextToken: tokenAfter(token, rows, shown) };
  }

  async trainingJobMetrics(tenant: string, name: string) {
    const row = await this.#trainingJob(tenant, name);
    const points = await listMetricPoints(this.#database, row.id, row.fence);
    return points.map((point) => ({
      name: point.name,
      value: point.value,
      step: point.step,
      timestampMs: point.reported_at.getTime(),
    }));
  }

  async trainingJobLog(tenant: string, name: string, query: LogQuery): Promise<LogSlice> {
    const row = await this.#trainingJob(tenant, name);
    const key = { trainingJobId: row.id, fence: row.fence };
    const chunks = await readLog(this.#database, key, query.fromOffset, query.maxBytes);
    const last = chunks.at(-1);
    return {
      chunks: chunks.map(({ offset, data, writtenAtMs }) => ({ offset, data, timestampMs: writtenAtMs })),
      nextOffset: last === undefined ? query.fromOffset : last.offset + last.data.length,
      complete: row.ended_at !== null && last === undefined,
    };
  }

  listAgents(): Promise<readonly AgentView[]> {
    return this.#parts.agents();
  }

  async listWarmPools(tenant: string): Promise<readonly ListedWarmPool[]> {
    const rows = await listLiveWarmPools(this.#database, tenant);
    return rows.map((row) => ({ ...warmPoolView(row, this.#parts.nowMs()), trainingJobName: row.name }));
  }

  async changeKeepAlive(tenant: string, name: string, keepAliveSeconds: number): Promise<void> {
    refuseFaults(keepAliveFaults(keepAliveSeconds));
    const { id, warmPool } = await this.describeTrainingJob(tenant, name);
    // What is given back already needs no end.
    if (keepAliveSeconds === 0 && (warmPool === undefined || warmPool.status === 'Terminated')) return;
    // Kept in the store first, so that no change of server can lose it.
    const kept = await markKeepAliveWanted(this.#database, id, keepAliveSeconds);
    if (!kept) throw new WarmPoolNotAvailableError(name, warmPool?.status);
    this.#parts.post({ kind: 'KeepAliveChanged', trainingJobId: id, keepAliveSeconds });
  }

  async tags(tenant: string, job: JobReference): Promise<Readonly<Record<string, string>>> {
    return (await this.#tagged(tenant, job)).tags;
  }

  async addTags(
    tenant: string,
    job: JobReference,
    tags: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>> {
    return this.#changeTags(tenant, job, (present) => {
      const all = { ...present, ...tags };
      const count = Object.keys(all).length;
      if (count > MAX_TAGS) throw new TooManyTagsError(job, count);
      return all;
    });
  }

  async removeTags(tenant: string, job: JobReference, keys: readonly string[]): Promise<void> {
    await this.#changeTags(tenant, job, (present) =>
      Object.fromEntries(Object.entries(present).filter(([key]) => !keys.includes(key))),
    );
  }

  /** Begins anew when somebody else has changed them meanwhile: nobody's change is lost. */
  async #changeTags(
    tenant: string,
    job: JobReference,
    change: (tags: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>> {
    for (;;) {
      const { table, id, own, tags } = await this.#tagged(tenant, job);
      const changed = change(tags);
      if (await replaceJobTags(this.#database, table, id, own, changed)) return changed;
    }
  }

  async deleteTrainingJob(tenant: string, name: string): Promise<void> {
    const { id, warmPool } = await this.describeTrainingJob(tenant, name);
    if (warmPool?.status === 'Available') throw new WarmPoolAvailableError(name);
    await this.#delete('training job', name, 'training_jobs', id);
    await deleteTrainingJobRecords(this.#database, id);
    // Its folds ended before it did, and are nothing without it.
    for (const fold of await listFolds(this.#database, [id])) {
      await markJobDeleted(this.#database, 'training_jobs', fold.id, new Date(this.#parts.nowMs()));
      await deleteTrainingJobRecords(this.#database, fold.id);
    }
  }

  async deleteTuningJob(tenant: string, name: string): Promise<void> {
    const { id } = await this.#tuningJob(tenant, name);
    await this.#delete('tuning job', name, 'tuning_jobs', id);
  }

  async #warmStartFaults(tenant: string, spec: TuningJobSpec): Promise<string[]> {
    if (spec.warmStart === undefined) return [];
    const { parentNames } = spec.warmStart;
    const rows = await findWarmStartParents(this.#database, tenant, parentNames);
    const missing = parentNames.filter((parent) => !rows.some((row) => row.name === parent));
    const parents = rows.map((row) => ({
      name: row.name,
      status: row.status as TuningJobView['status'],
      spec: row.spec as TuningJobSpec,
      launched: row.launched,
    }));
    return [
      ...missing.map((parent) => `There is no parent tuning job "${parent}"; give the name of one that has ended.`),
      ...warmStartFaults(spec, parents, MAX_TRAINING_JOBS_WITH_PARENTS),
    ];
  }

  /** Kept in the store first, so that no change of server can lose it. */
  async #requestStop(
    kind: JobReference['kind'],
    table: JobTable,
    row: Pick<StoredTrainingJob, 'id' | 'name' | 'status'>,
  ): Promise<void> {
    const kept = await markStopRequested(this.#database, table, row.id, new Date(this.#parts.nowMs()));
    if (!kept) throw new JobEndedError(kind, row.name, row.status);
  }

  async #delete(kind: JobReference['kind'], name: string, table: JobTable, id: string): Promise<void> {
    const deleted = await markJobDeleted(this.#database, table, id, new Date(this.#parts.nowMs()));
    if (!deleted) throw new JobRunningError(kind, name);
  }

  async #tagged(tenant: string, job: JobReference) {
    if (job.kind === 'tuning job') {
      const { id, tags } = await this.#tuningJob(tenant, job.name);
      return { table: 'tuning_jobs' as const, id, own: tags, tags };
    }
    const found = await findTrainingJobWithTuningJob(this.#database, tenant, job.name);
    if (found === undefined) throw new JobNotFoundError('training job', job.name);
    const { id, tags: own } = found.row;
    return { table: 'training_jobs' as const, id, own, tags: own ?? found.tuningJob?.tags ?? {} };
  }

  async #trainingJob(tenant: string, name: string): Promise<StoredTrainingJob> {
    const row = await findTrainingJob(this.#database, tenant, name);
    if (row === undefined) throw new JobNotFoundError('training job', name);
    return row;
  }

  async #tuningJob(tenant: string, name: string) {
    const row = await findTuningJob(this.#database, tenant, name);
    if (row === undefined) throw new JobNotFoundError('tuning job', name);
    return row;
  }

  /** What the rows take from their tuning jobs. */
  async #tuningJobs(rows: readonly StoredTrainingJob[]) {
    const tuningJobIds = [...new Set(present(rows.map((row) => row.tuning_job_id)))];
    const tuningJobs = await findTuningJobsOfTrainingJobs(this.#database, tuningJobIds);
    const byId = new Map(tuningJobs.map((job) => [job.id, job]));
    return (row: StoredTrainingJob) => byId.get(row.tuning_job_id ?? '');
  }

  /** What is of the slots that the rows' training jobs had. */
  async #warmPools(rows: readonly { readonly id: string; readonly has_warm_pool: boolean }[]) {
    const ids = rows.filter((row) => row.has_warm_pool).map(({ id }) => id);
    const pools = await findWarmPools(this.#database, ids);
    const nowMs = this.#parts.nowMs();
    return ({ id }: { readonly id: string }) => {
      const pool = pools.get(id);
      return pool && warmPoolView(pool, nowMs);
    };
  }
}

function refuseFaults(faults: readonly string[]): void {
  if (faults.length > 0) throw new InvalidSpecError(faults);
}

function present<T>(values: readonly (T | null | undefined)[]): T[] {
  return values.filter((value): value is T => value !== null && value !== undefined);
}
