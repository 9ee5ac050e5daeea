import { type Changes, type LoadedState, LostOwnershipError, type StateStore } from '@fleetune/scheduler';
import { commitRows, type Database, loadLiveJobs, type Ownership, StaleWriteError } from '@fleetune/store';
import { attemptRows, metricRows, trainingJobRow, trainingJobState, tuningJobRow, tuningJobState } from './rows.js';

/** The scheduler's store on PostgreSQL, writing under one ownership fence. */
export class SchedulerStore implements StateStore {
  readonly #database: Database;
  readonly #ownership: Ownership;

  constructor(database: Database, ownership: Ownership) {
    this.#database = database;
    this.#ownership = ownership;
  }

  async load(): Promise<LoadedState> {
    const live = await loadLiveJobs(this.#database);
    const attempts = new Map(live.attempts.map((attempt) => [attempt.training_job_id, attempt]));
    const inFlight = new Map<string, string[]>();
    for (const job of live.trainingJobs) {
      if (job.tuning_job_id === null) continue;
      inFlight.set(job.tuning_job_id, [...(inFlight.get(job.tuning_job_id) ?? []), job.id]);
    }
    const tuningJobs = live.tuningJobs.map((row) => tuningJobState(row, inFlight.get(row.id) ?? []));
    const specs = new Map(tuningJobs.map((job) => [job.id, job.spec]));
    return {
      tuningJobs,
      trainingJobs: live.trainingJobs.map((row) =>
        trainingJobState(row, attempts.get(row.id), specs.get(row.tuning_job_id ?? '')),
      ),
    };
  }

  async commit(changes: Changes): Promise<void> {
    // Every row is made before the first await: the scheduler goes on changing its state meanwhile.
    const rows = {
      tuningJobs: changes.tuningJobs.map(tuningJobRow),
      trainingJobs: changes.trainingJobs.map(trainingJobRow),
      attempts: changes.trainingJobs.flatMap(attemptRows),
      metrics: changes.metrics.flatMap(metricRows),
    };
    try {
      await commitRows(this.#database, this.#ownership.fence, rows);
    } catch (error) {
      if (error instanceof StaleWriteError) throw new LostOwnershipError(error.message);
      throw error;
    }
  }
}
