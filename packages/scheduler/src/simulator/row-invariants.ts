import { isBetter } from '@fleetune/domain';
import { historyFault, pathFault } from './status-paths.js';
import type { AttemptRow, StoreModel, TrainingJobRow, TuningJobRow } from './store-model.js';
import { mustHold } from './violation.js';

/** What must hold of the row of a training job at each transaction. */
export function checkTrainingJob(
  before: TrainingJobRow | undefined,
  row: TrainingJobRow,
  attempts: readonly AttemptRow[],
): void {
  const fault = pathFault(row.transitions) ?? historyFault(before?.transitions ?? [], row.transitions);
  mustHold('I9', fault === undefined, `${row.name}: ${fault}`);
  const last = row.transitions.at(-1);
  mustHold('I9', last?.status === row.secondaryStatus, `${row.name} is ${row.secondaryStatus}, not ${last?.status}`);
  const isOver = row.status === 'Completed' || row.status === 'Failed' || row.status === 'Stopped';
  mustHold('I9', isOver === (row.endedAtMs !== undefined), `${row.name} is ${row.status} and has the wrong end`);
  mustHold('I2', before?.endedAtMs === undefined, `${row.name} was written after its end`);
  mustHold('I6', (before?.fence ?? 0) <= row.fence, `${row.name} went back from fence ${before?.fence}`);
  const live = attempts.filter((attempt) => attempt.state !== 'Ended');
  mustHold('I6', live.length <= 1 && (live[0]?.fence ?? row.fence) === row.fence, `${row.name} has two live attempts`);
  mustHold('I6', !isOver || live.length === 0, `${row.name} is over and has a live attempt`);
  if (row.status === 'Completed') {
    const newest = attempts.find((attempt) => attempt.fence === row.fence);
    mustHold('I2', newest?.outcome?.kind === 'Succeeded', `${row.name} completed without a result`);
  }
  const limit = row.spec.maximumRetryAttempts;
  mustHold('I2', row.internalErrors <= limit + RETRIES_OF_OURS, `${row.name} is tried again for ever`);
}

/** The scheduler's own budget for what is the fleet's fault, and the one attempt after it. */
const RETRIES_OF_OURS = 11;

/** What must hold between a tuning job's row and the rows of its training jobs. */
export function checkTuningJob(row: TuningJobRow, store: StoreModel): void {
  const jobs: TrainingJobRow[] = [];
  for (const id of store.trials.get(row.id)?.values() ?? []) {
    const job = store.trainingJobs.get(id);
    if (job !== undefined) jobs.push(job);
  }
  const live = jobs.filter((job) => job.endedAtMs === undefined);
  const { maxParallelTrainingJobs, maxTrainingJobs = Number.POSITIVE_INFINITY } = row.spec.limits;
  mustHold('I3', live.length <= maxParallelTrainingJobs, `${row.name} has ${live.length} permits in use`);
  mustHold('I3', row.permits === live.length, `${row.name} counts ${row.permits} permits, rows say ${live.length}`);
  mustHold('I4', jobs.length <= maxTrainingJobs, `${row.name} launched ${jobs.length}`);
  mustHold('I4', row.launched === jobs.length, `${row.name} counts ${row.launched} launches of ${jobs.length}`);
  const status = (wanted: TrainingJobRow['status']) => jobs.filter((job) => job.status === wanted).length;
  mustHold('I2', row.completed === status('Completed'), `${row.name} counts ${row.completed} completed`);
  mustHold('I2', row.stopped === status('Stopped'), `${row.name} counts ${row.stopped} stopped`);
  const failed = row.retryableErrors + row.nonRetryableErrors;
  mustHold('I2', failed === status('Failed'), `${row.name} counts ${failed} failed`);
  checkObjectives(row, jobs);
}

function checkObjectives(row: TuningJobRow, jobs: readonly TrainingJobRow[]): void {
  const ended = jobs.filter((job) => job.endedAtMs !== undefined);
  const scored = ended.filter((job) => job.objective !== undefined);
  mustHold('I2', row.objectiveSucceeded === scored.length, `${row.name} counts ${row.objectiveSucceeded} objectives`);
  mustHold('I2', row.objectiveFailed === ended.length - scored.length, `${row.name} counts objectives that failed`);
  let best: number | undefined;
  for (const { status, objective, stopReason } of scored) {
    if (status !== 'Completed' && stopReason !== 'MaxResourceReached') continue;
    if (objective !== undefined && isBetter('Maximize', objective, best)) best = objective;
  }
  mustHold('I2', row.best?.objective === best, `${row.name} has the best ${row.best?.objective}, rows say ${best}`);
  const isBilled = ended.every((job) => job.billableMs >= 0 && job.billableMs <= job.trainingMs);
  mustHold('I2', isBilled, `${row.name} is billed for more than it trained`);
  const trainedMs = ended.reduce((sum, job) => sum + job.trainingMs, 0);
  mustHold('I2', Math.abs(row.consumedRuntimeMs - trainedMs) < 1, `${row.name} counts ${row.consumedRuntimeMs} ms`);
}
