import type { TuningJobSpec } from '@fleetune/domain';
import { type Changes, type LoadedState, LostOwnershipError, type StateStore } from '@fleetune/scheduler';
import {
  commitRows,
  type Database,
  findWarmPools,
  listAvailableWarmPools,
  loadLiveJobs,
  type Ownership,
  StaleWriteError,
} from '@fleetune/store';
import { foldOf, foldProgress, foldsOfBest } from './fold-progress.js';
import { replayedWatch } from './replayed-watch.js';
import { attemptRows, metricRows, trainingJobRow, trainingJobState, tuningJobRow, tuningJobState } from './rows.js';
import { warmPoolRow, warmPoolState } from './warm-pool-rows.js';

/** The scheduler's store on PostgreSQL, writing under one ownership fence. */
export class SchedulerStore implements StateStore {
  readonly #database: Database;
  readonly #ownership: Ownership;

  constructor(database: Database, ownership: Ownership) {
    this.#database = database;
    this.#ownership = ownership;
  }

  load(): Promise<LoadedState> {
    return loadState(this.#database);
  }

  async commit(changes: Changes): Promise<void> {
    // Every row is made before the first await: the scheduler goes on changing its state meanwhile.
    const rows = {
      tuningJobs: changes.tuningJobs.map(tuningJobRow),
      trainingJobs: changes.trainingJobs.map(trainingJobRow),
      attempts: changes.trainingJobs.flatMap(attemptRows),
      metrics: changes.metrics.flatMap(metricRows),
      warmPools: changes.warmPools.map(warmPoolRow),
    };
    try {
      await commitRows(this.#database, this.#ownership.fence, rows);
    } catch (error) {
      if (error instanceof StaleWriteError) throw new LostOwnershipError(error.message);
      throw error;
    }
  }
}

/**
 * Everything that has not ended, as the scheduler holds it.
 *
 * @param ids of the tuning jobs, with their training jobs, and the training jobs that are wanted; all when left out.
 */
export async function loadState(database: Database, ids?: readonly string[]): Promise<LoadedState> {
  const live = await loadLiveJobs(database, ids);
  const attempts = new Map(live.attempts.map((attempt) => [attempt.training_job_id, attempt]));
  const inFlight = new Map<string, string[]>();
  for (const job of live.trainingJobs) {
    if (job.tuning_job_id === null) continue;
    inFlight.set(job.tuning_job_id, [...(inFlight.get(job.tuning_job_id) ?? []), job.id]);
  }
  const tuningJobs = await Promise.all(
    live.tuningJobs.map(async (row) => {
      const watch = await replayedWatch(database, row.id, row.spec as TuningJobSpec);
      return tuningJobState(row, inFlight.get(row.id) ?? [], watch, await foldsOfBest(database, row));
    }),
  );
  const specs = new Map(tuningJobs.map((job) => [job.id, job.spec]));
  const available = ids === undefined ? await listAvailableWarmPools(database) : [];
  const rows = new Map(live.trainingJobs.map((row) => [row.id, row]));
  const inUse = await findWarmPools(
    database,
    live.trainingJobs.map((row) => row.id),
  );
  const progress = await foldProgress(database, live.trainingJobs, specs);
  return {
    tuningJobs,
    trainingJobs: live.trainingJobs.map((row) => {
      const pool = inUse.get(row.id);
      return trainingJobState(row, attempts.get(row.id), specs.get(row.tuning_job_id ?? ''), {
        fold: foldOf(row, rows),
        crossValidation: progress.get(row.id),
        warmPool: pool && warmPoolState(pool, row.name),
      });
    }),
    warmPools: available.map((row) => warmPoolState(row, row.name)),
  };
}
