import { DeadlineWatch } from './deadline-watch.js';
import { Backlog, flowOf } from './placement/backlog.js';
import { ClassBreakers } from './placement/class-breakers.js';
import { joinQueue } from './placement/class-queue.js';
import { RecentEnds } from './placement/class-rooms.js';
import { FairShares } from './placement/fair-share.js';
import { FleetCapacity } from './placement/fleet-capacity.js';
import type { LoadedState, SchedulerSettings, SchedulerState, TrainingJobState } from './state.js';
import { restoreWarmPools } from './warm-pools/restore-warm-pools.js';
import { WarmPools } from './warm-pools/warm-pools.js';

/** State to start from: what the store kept, with every lease good for a full TTL from now. */
export function restoreState(loaded: LoadedState, settings: SchedulerSettings, nowMs: number): SchedulerState {
  const capacity = new FleetCapacity();
  const state: SchedulerState = {
    settings,
    tuningJobs: new Map(loaded.tuningJobs.map((job) => [job.id, job])),
    trainingJobs: new Map(loaded.trainingJobs.map((job) => [job.id, job])),
    agents: new Map(),
    pending: new Backlog(),
    queuedByClass: new Map(),
    demand: new Map(),
    capacity,
    shares: new FairShares(settings.tenants, (instanceClass) => capacity.slots(instanceClass)),
    breakers: new ClassBreakers(),
    recentEnds: new RecentEnds(),
    deadlines: new DeadlineWatch(),
    warmPools: new WarmPools(),
    admissionDue: true,
    startedAtMs: nowMs,
  };
  for (const job of loaded.trainingJobs) {
    state.deadlines.watch(job.id, nowMs);
    restoreAttempt(state, job, nowMs);
    if (job.status === 'Stopping') job.stopDeadlineMs = nowMs + settings.stopDeadlineMs;
  }
  restoreWarmPools(state, loaded.warmPools, nowMs);
  return state;
}

function restoreAttempt(state: SchedulerState, job: TrainingJobState, nowMs: number): void {
  const { attempt } = job;
  if (job.crossValidation !== undefined) return;
  if (attempt === undefined || attempt.state === 'Ended') {
    state.pending.add(job, nowMs);
    return;
  }
  state.shares.started(job.tenant, flowOf(job), attempt.instanceClass, nowMs);
  if (attempt.state === 'Queued') {
    attempt.requeueAtMs = nowMs;
    joinQueue(state, job, attempt);
    state.demand.set(attempt.instanceClass, nowMs);
  } else {
    state.shares.leased(job.tenant, attempt.instanceClass, nowMs);
    attempt.leaseExpiresAtMs = nowMs + state.settings.leaseTtlMs + state.settings.leaseGraceMs;
    attempt.trainingSinceMs = trainingSinceMs(job);
  }
}

function trainingSinceMs({ secondaryStatus, transitions }: TrainingJobState): number | undefined {
  if (secondaryStatus !== 'Training' && secondaryStatus !== 'Uploading') return undefined;
  return transitions.findLast(({ status }) => status === 'Training')?.startTimeMs;
}
