import type { SchedulerRunner } from '@fleetune/scheduler';
import { type Database, listKeepAliveWishes, listLiveJobs } from '@fleetune/store';
import { loadState } from './scheduler-store.js';

/**
 * Tells the scheduler what the store has and it has not heard of: jobs that a server standing by took in, or that were
 * created while the right to schedule changed hands, requests to stop them, and new periods of warm pools.
 */
export async function catchUp(database: Database, runner: SchedulerRunner): Promise<void> {
  const live = await listLiveJobs(database);
  const standalone = live.trainingJobs.filter((job) => job.tuning_job_id === null && job.parent_id === null);
  const unknown = [...live.tuningJobs, ...standalone].map(({ id }) => id).filter((id) => !runner.knows(id));
  if (unknown.length > 0) await takeIn(database, runner, unknown);
  for (const { id, stop_requested_at } of live.tuningJobs) {
    if (stop_requested_at !== null) runner.post({ kind: 'TuningJobStopRequested', tuningJobId: id });
  }
  for (const { id, stop_requested_at } of live.trainingJobs) {
    if (stop_requested_at !== null) runner.post({ kind: 'TrainingJobStopRequested', trainingJobId: id });
  }
  for (const wish of await listKeepAliveWishes(database)) runner.post({ kind: 'KeepAliveChanged', ...wish });
}

async function takeIn(database: Database, runner: SchedulerRunner, ids: readonly string[]): Promise<void> {
  const { tuningJobs, trainingJobs } = await loadState(database, ids);
  for (const job of tuningJobs) if (!runner.knows(job.id)) runner.post({ kind: 'TuningJobCreated', job });
  for (const job of trainingJobs) {
    // Training jobs of a tuning job come into being here alone, and with it.
    if (job.tuning === undefined && !runner.knows(job.id)) runner.post({ kind: 'TrainingJobCreated', job });
  }
}
