import type { TuningJobSpec } from '@fleetune/domain';
import {
  type Changes,
  closeCurve,
  emptyCurves,
  type LearningCurves,
  type LoadedState,
  LostOwnershipError,
  recordEpochs,
  type StateStore,
} from '@fleetune/scheduler';
import {
  commitRows,
  type Database,
  listObjectiveCurves,
  loadLiveJobs,
  type Ownership,
  StaleWriteError,
} from '@fleetune/store';
import { attemptRows, metricRows, trainingJobRow, trainingJobState, tuningJobRow, tuningJobState } from './rows.js';

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
    };
    try {
      await commitRows(this.#database, this.#ownership.fence, rows);
    } catch (error) {
      if (error instanceof StaleWriteError) throw new LostOwnershipError(error.message);
      throw error;
    }
  }
}

/** Everything that has not ended, as the scheduler holds it. */
export async function loadState(database: Database): Promise<LoadedState> {
  const live = await loadLiveJobs(database);
  const attempts = new Map(live.attempts.map((attempt) => [attempt.training_job_id, attempt]));
  const inFlight = new Map<string, string[]>();
  for (const job of live.trainingJobs) {
    if (job.tuning_job_id === null) continue;
    inFlight.set(job.tuning_job_id, [...(inFlight.get(job.tuning_job_id) ?? []), job.id]);
  }
  const tuningJobs = await Promise.all(
    live.tuningJobs.map(async (row) => {
      const curves = await loadCurves(database, row.id, row.spec as TuningJobSpec);
      return tuningJobState(row, inFlight.get(row.id) ?? [], curves);
    }),
  );
  const specs = new Map(tuningJobs.map((job) => [job.id, job.spec]));
  return {
    tuningJobs,
    trainingJobs: live.trainingJobs.map((row) =>
      trainingJobState(row, attempts.get(row.id), specs.get(row.tuning_job_id ?? '')),
    ),
  };
}

/** What early stopping had heard before this server started. */
async function loadCurves(database: Database, id: string, spec: TuningJobSpec): Promise<LearningCurves | undefined> {
  const [definition] = spec.definitions;
  if (spec.earlyStopping === 'Off' || definition === undefined) return undefined;
  const curves = emptyCurves();
  const points = await listObjectiveCurves(database, id, definition.objective.metricName);
  for (const point of points) recordEpochs(curves, point.id, [point]);
  for (const ended of new Set(points.filter((point) => point.ended_at !== null).map((point) => point.id))) {
    closeCurve(curves, ended);
  }
  return curves;
}
