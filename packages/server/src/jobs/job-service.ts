import { randomUUID } from 'node:crypto';
import {
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
  InvalidTokenError,
  JobEndedError,
  JobNameTakenError,
  JobNotFoundError,
  type JobReference,
  JobRunningError,
  type JobService,
  type JobUpkeep,
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
  type TuningJobQuery,
  type TuningJobView,
} from '@fleetune/scheduler';
import {
  cursorLength,
  type Database,
  deleteTrainingJobRecords,
  findTrainingJob,
  findTrainingJobs,
  findTrainingJobWithTuningJob,
  findTuningJob,
  findTuningJobsOfTrainingJobs,
  findWarmStartParents,
  insertTrainingJob,
  insertTuningJob,
  type JobListing,
  type JobSortColumn,
  type JobTable,
  type Listed,
  listFolds,
  listMetricPoints,
  listTrainingJobLines,
  listTrainingJobRows,
  listTuningJobRows,
  markJobDeleted,
  markStopRequested,
  type PageCursor,
  readLog,
  type StoredTrainingJob,
  setJobTags,
  type TrainingJobListing,
} from '@fleetune/store';
import { algorithmFaults, tunedAlgorithmFaults } from './algorithm-faults.js';
import { metricFaults } from './metric-faults.js';
import { overallBest } from './overall-best.js';
import { decodePageToken, encodePageToken } from './page-token.js';
import { trainingJobLine, trainingJobView, tuningJobView } from './views.js';

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
    return trainingJobView(found.row, found.tuningJob);
  }

  async describeTuningJob(tenant: string, name: string): Promise<TuningJobView> {
    const row = await this.#tuningJob(tenant, name);
    const [best] = await findTrainingJobs(this.#database, present([row.best_training_job_id]));
    return tuningJobView(row, best, await overallBest(this.#database, row));
  }

  async listTrainingJobs(tenant: string, query: TrainingJobQuery): Promise<Page<TrainingJobView>> {
    const { tuningJob, shown, nextToken } = await this.#page(tenant, query, listTrainingJobRows);
    const items = tuningJob ? shown.map((row) => trainingJobView(row, tuningJob)) : await this.#trainingJobViews(shown);
    return { items, nextToken };
  }

  async summarizeTrainingJobs(tenant: string, query: TrainingJobQuery): Promise<Page<TrainingJobLine>> {
    const { shown, nextToken } = await this.#page(tenant, query, listTrainingJobLines);
    return { items: shown.map(trainingJobLine), nextToken };
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
    const { maxResults, nextToken, ...rest } = query;
    const token = `tuning-jobs ${JSON.stringify(rest)}`;
    const rows = await refusingBadCursor(listTuningJobRows(this.#database, listing(tenant, query, token)));
    const shown = rows.slice(0, maxResults);
    const best = await findTrainingJobs(this.#database, present(shown.map((row) => row.best_training_job_id)));
    const bestById = new Map(best.map((row) => [row.id, row]));
    return {
      items: shown.map((row) => tuningJobView(row, bestById.get(row.best_training_job_id ?? ''))),
      nextToken: tokenAfter(token, rows, shown),
    };
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

  async tags(tenant: string, job: JobReference): Promise<Readonly<Record<string, string>>> {
    return (await this.#tagged(tenant, job)).tags;
  }

  async addTags(
    tenant: string,
    job: JobReference,
    tags: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, string>>> {
    const tagged = await this.#tagged(tenant, job);
    const all = { ...tagged.tags, ...tags };
    const count = Object.keys(all).length;
    if (count > MAX_TAGS) throw new TooManyTagsError(job, count);
    await setJobTags(this.#database, tagged.table, tagged.id, all);
    return all;
  }

  async removeTags(tenant: string, job: JobReference, keys: readonly string[]): Promise<void> {
    const tagged = await this.#tagged(tenant, job);
    const left = Object.entries(tagged.tags).filter(([key]) => !keys.includes(key));
    await setJobTags(this.#database, tagged.table, tagged.id, Object.fromEntries(left));
  }

  async deleteTrainingJob(tenant: string, name: string): Promise<void> {
    const { id } = await this.#trainingJob(tenant, name);
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
      return { table: 'tuning_jobs' as const, id, tags };
    }
    const view = await this.describeTrainingJob(tenant, job.name);
    return { table: 'training_jobs' as const, id: view.id, tags: view.tags };
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

  async #trainingJobViews(rows: readonly StoredTrainingJob[]): Promise<TrainingJobView[]> {
    const tuningJobIds = [...new Set(present(rows.map((row) => row.tuning_job_id)))];
    const tuningJobs = await findTuningJobsOfTrainingJobs(this.#database, tuningJobIds);
    const byId = new Map(tuningJobs.map((job) => [job.id, job]));
    return rows.map((row) => trainingJobView(row, byId.get(row.tuning_job_id ?? '')));
  }
}

/** A cursor that was made up may hold what is no value of its column: PostgreSQL says so by an error of class 22. */
async function refusingBadCursor<Rows>(rows: Promise<Rows>): Promise<Rows> {
  return rows.catch((error: unknown) => {
    const isBadValue = error instanceof Error && 'code' in error && String(error.code).startsWith('22');
    throw isBadValue ? new InvalidTokenError() : error;
  });
}

function refuseFaults(faults: readonly string[]): void {
  if (faults.length > 0) throw new InvalidSpecError(faults);
}

const SORT_COLUMNS: Readonly<Record<TrainingJobQuery['sortBy'], JobSortColumn>> = {
  Name: 'name',
  CreationTime: 'created_at',
  LastModifiedTime: 'last_modified_at',
  Status: 'status',
  FinalObjectiveMetricValue: 'objective',
};

/** One row more than asked for tells whether there is another page. */
function listing(tenant: string, query: TrainingJobQuery | TuningJobQuery, token: string): JobListing {
  return {
    tenant,
    nameContains: query.nameContains,
    status: query.status,
    createdAfter: dateOf(query.creationAfterMs),
    createdBefore: dateOf(query.creationBeforeMs),
    modifiedAfter: dateOf(query.modifiedAfterMs),
    modifiedBefore: dateOf(query.modifiedBeforeMs),
    sortBy: SORT_COLUMNS[query.sortBy],
    descending: query.sortOrder === 'Descending',
    limit: query.maxResults + 1,
    after:
      query.nextToken === undefined
        ? undefined
        : decodePageToken(token, query.nextToken, cursorLength(SORT_COLUMNS[query.sortBy])),
  };
}

function tokenAfter(
  token: string,
  rows: readonly { readonly cursor: PageCursor }[],
  shown: readonly { readonly cursor: PageCursor }[],
): string | undefined {
  const last = shown.at(-1);
  if (last === undefined || rows.length <= shown.length) return undefined;
  return encodePageToken(token, last.cursor);
}

function dateOf(timeMs: number | undefined): Date | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs);
}

function present<T>(values: readonly (T | null | undefined)[]): T[] {
  return values.filter((value): value is T => value !== null && value !== undefined);
}
