import type { AttemptState, MetricPoint } from '@fleetune/domain';
import { type Changes, LostOwnershipError } from '../ports.js';
import type { AttemptRecord, LoadedState, TrainingJobState, TuningJobState } from '../state.js';
import { trainingWatch } from '../tuning/training-watch.js';
import type { WarmPoolState } from '../warm-pools/warm-pool-state.js';

export interface TuningJobRow extends Omit<TuningJobState, 'inFlight' | 'asking' | 'watch'> {
  readonly permits: number;
  stopRequestedAtMs?: number;
}

export interface TrainingJobRow
  extends Omit<TrainingJobState, 'attempt' | 'endedAttempts' | 'stopDeadlineMs' | 'warmPool'> {
  stopRequestedAtMs?: number;
}

export interface WarmPoolRow extends WarmPoolState {
  /** By UpdateTrainingJob. */
  wantedKeepAliveSeconds: number;
}

export interface AttemptRow {
  readonly trainingJobId: string;
  readonly fence: number;
  readonly instanceClass: string;
  readonly instanceIndex: number;
  readonly state: AttemptState;
  readonly queuedAtMs: number;
  readonly agentId?: string;
  readonly leasedAtMs?: number;
  readonly endedAtMs?: number;
  readonly outcome?: AttemptRecord['outcome'];
}

/** Rows as they will be written: taken at the moment of the commit, as the real store takes them. */
export interface Snapshot {
  readonly tuningJobs: readonly TuningJobRow[];
  readonly trainingJobs: readonly TrainingJobRow[];
  readonly attempts: readonly AttemptRow[];
  readonly metrics: Changes['metrics'];
  readonly warmPools: readonly WarmPoolState[];
}

/**
 * The tables and what PostgreSQL enforces on them: one owner, rows that have ended stay as they are, fences only grow,
 * and the check constraints of the first migration.
 */
export class StoreModel {
  readonly tuningJobs = new Map<string, TuningJobRow>();
  readonly trainingJobs = new Map<string, TrainingJobRow>();
  readonly attempts = new Map<string, AttemptRow>();
  /** By training job. */
  readonly warmPools = new Map<string, WarmPoolRow>();
  /** Training jobs of each tuning job, by the index of their suggestion. */
  readonly trials = new Map<string, Map<number, string>>();
  readonly points = new Map<string, MetricPoint[]>();
  ownerFence = 0;
  /** Grows with every transaction. */
  version = 0;

  takeOwnership(): number {
    this.ownerFence += 1;
    return this.ownerFence;
  }

  insertTuningJob(job: TuningJobState): void {
    this.tuningJobs.set(job.id, tuningJobRow(job));
    this.trials.set(job.id, new Map());
    this.version += 1;
  }

  insertTrainingJob(job: TrainingJobState): void {
    this.trainingJobs.set(job.id, trainingJobRow(job));
    this.version += 1;
  }

  /** All or nothing. @throws LostOwnershipError */
  write(ownerFence: number, { tuningJobs, trainingJobs, attempts, metrics, warmPools }: Snapshot): void {
    if (ownerFence !== this.ownerFence) throw new LostOwnershipError(`Fence ${ownerFence} is not the newest.`);
    for (const row of tuningJobs) requireTuningJob(this.tuningJobs.get(row.id), row);
    for (const row of trainingJobs) this.#requireTrainingJob(row);
    this.#requireOneLiveAttempt(attempts);
    for (const row of tuningJobs) {
      this.tuningJobs.set(row.id, { ...row, stopRequestedAtMs: this.tuningJobs.get(row.id)?.stopRequestedAtMs });
    }
    for (const row of trainingJobs) {
      const stopRequestedAtMs = this.trainingJobs.get(row.id)?.stopRequestedAtMs;
      this.trainingJobs.set(row.id, { ...row, stopRequestedAtMs });
      if (row.tuning !== undefined) this.trials.get(row.tuning.tuningJobId)?.set(row.tuning.index, row.id);
    }
    for (const row of attempts) {
      const name = attemptName(row);
      if (this.attempts.get(name)?.state !== 'Ended') this.attempts.set(name, row);
    }
    for (const pool of warmPools) {
      const before = this.warmPools.get(pool.trainingJobId);
      const wanted = before?.status === 'Available' ? before.wantedKeepAliveSeconds : pool.keepAliveSeconds;
      this.warmPools.set(pool.trainingJobId, { ...pool, wantedKeepAliveSeconds: wanted });
    }
    for (const { key, points } of metrics) this.#insertPoints(attemptName(key), points);
    this.version += 1;
  }

  load(): LoadedState {
    const live = [...this.trainingJobs.values()].filter((row) => row.endedAtMs === undefined);
    return {
      tuningJobs: [...this.tuningJobs.values()]
        .filter((row) => row.endedAtMs === undefined)
        .map((row) => ({
          ...row,
          asking: 0,
          inFlight: new Set(live.filter((job) => job.tuning?.tuningJobId === row.id).map((job) => job.id)),
          watch: this.#watch(row),
        })),
      trainingJobs: live.map((row) => this.loadTrainingJob(row)),
      warmPools: [...this.warmPools.values()]
        .filter(({ status }) => status === 'Available')
        .map((row) => ({ ...row, offers: 0 })),
    };
  }

  loadTrainingJob(row: TrainingJobRow): TrainingJobState {
    const attempt = this.attempts.get(attemptName({ trainingJobId: row.id, fence: row.fence }));
    return {
      ...row,
      transitions: [...row.transitions],
      warmPool: this.#warmPoolOf(row.id),
      endedAttempts: [],
      attempt: attempt && {
        ...attempt,
        requeueAtMs: 0,
        requeues: 0,
        leaseExpiresAtMs: Number.POSITIVE_INFINITY,
      },
    };
  }

  #warmPoolOf(trainingJobId: string): WarmPoolState | undefined {
    const row = this.warmPools.get(trainingJobId);
    return row && { ...row, offers: 0 };
  }

  /** What early stopping had heard: every point in order, then the ends. */
  #watch(row: TuningJobRow) {
    const watch = trainingWatch(row.spec);
    if (watch === undefined) return undefined;
    for (const [index, id] of this.trials.get(row.id) ?? []) {
      const job = this.trainingJobs.get(id);
      if (job === undefined) continue;
      watch.reported({ id, index }, this.points.get(attemptName({ trainingJobId: id, fence: job.fence })) ?? []);
      if (job.endedAtMs !== undefined) watch.ended({ id, index });
    }
    return watch;
  }

  #requireTrainingJob(row: TrainingJobRow): void {
    const before = this.trainingJobs.get(row.id);
    if (before?.endedAtMs !== undefined) throw new LostOwnershipError(`${row.name} had already ended.`);
    if ((before?.fence ?? 0) > row.fence) throw new LostOwnershipError(`${row.name} has a newer fence.`);
    if (row.tuning === undefined) return;
    const holder = this.trials.get(row.tuning.tuningJobId)?.get(row.tuning.index);
    if (holder !== undefined && holder !== row.id) {
      throw new LostOwnershipError(`Suggestion ${row.tuning.index} of ${row.name} has a training job.`);
    }
  }

  #requireOneLiveAttempt(attempts: readonly AttemptRow[]): void {
    const after = new Map<string, AttemptRow>();
    for (const row of attempts) {
      const before = this.attempts.get(attemptName(row));
      after.set(attemptName(row), before?.state === 'Ended' ? before : row);
    }
    for (const row of after.values()) {
      if (row.state === 'Ended' || row.fence === 1) continue;
      const previous = attemptName({ trainingJobId: row.trainingJobId, fence: row.fence - 1 });
      const state = (after.get(previous) ?? this.attempts.get(previous))?.state;
      if (state !== 'Ended') throw new LostOwnershipError(`${row.trainingJobId} would have two live attempts.`);
    }
  }

  #insertPoints(name: string, points: readonly MetricPoint[]): void {
    const kept = this.points.get(name) ?? [];
    this.points.set(name, kept);
    for (const point of points) if (!kept.some(({ step }) => step === point.step)) kept.push(point);
  }
}

/** Copies what changes, as it is now. */
export function snapshot(changes: Changes): Snapshot {
  return {
    tuningJobs: changes.tuningJobs.map(tuningJobRow),
    trainingJobs: changes.trainingJobs.map(trainingJobRow),
    attempts: changes.trainingJobs.flatMap((job) =>
      (job.attempt === undefined ? job.endedAttempts : [...job.endedAttempts, job.attempt]).map((attempt) =>
        attemptRow(job.id, attempt),
      ),
    ),
    metrics: changes.metrics,
    warmPools: changes.warmPools.map((pool) => ({ ...pool, reservedFor: undefined, agentGoneSinceMs: undefined })),
  };
}

export function attemptName({ trainingJobId, fence }: { trainingJobId: string; fence: number }): string {
  return `${trainingJobId}/${fence}`;
}

function requireTuningJob(before: TuningJobRow | undefined, row: TuningJobRow): void {
  if (before === undefined || before.endedAtMs !== undefined) {
    throw new LostOwnershipError(`${row.name} had already ended.`);
  }
  const { maxParallelTrainingJobs, maxTrainingJobs = Number.POSITIVE_INFINITY } = row.spec.limits;
  if (row.permits > maxParallelTrainingJobs) throw new LostOwnershipError(`${row.name}: too many permits.`);
  if (row.launched > maxTrainingJobs) throw new LostOwnershipError(`${row.name}: too many launches.`);
  const counted = row.permits + row.completed + row.stopped + row.retryableErrors + row.nonRetryableErrors;
  if (row.launched !== counted) throw new LostOwnershipError(`${row.name}: a launch is not counted once.`);
}

function tuningJobRow({ inFlight, asking: _asking, watch: _watch, ...job }: TuningJobState): TuningJobRow {
  return { ...job, permits: inFlight.size };
}

function trainingJobRow(job: TrainingJobState): TrainingJobRow {
  const { attempt: _attempt, endedAttempts: _ended, stopDeadlineMs: _stop, warmPool: _warmPool, ...row } = job;
  return { ...row, transitions: [...job.transitions] };
}

function attemptRow(trainingJobId: string, attempt: AttemptRecord): AttemptRow {
  const { fence, instanceClass, instanceIndex, state, queuedAtMs, agentId, leasedAtMs, endedAtMs, outcome } = attempt;
  return {
    trainingJobId,
    fence,
    instanceClass,
    instanceIndex,
    state,
    queuedAtMs,
    agentId,
    leasedAtMs,
    endedAtMs,
    outcome,
  };
}
