import { describeClass } from '@fleetune/domain';
import type { SchedulerState, TrainingJobState } from '../state.js';
import type { StepContext } from '../step-context.js';
import { failForCapacity } from '../training-jobs.js';
import { moveTo } from '../transitions.js';
import { instanceCandidates } from './instance-candidates.js';

/** Agents that only reconnect are no reason to write a message into every waiting job. */
const SAY_AFTER_MS = 10_000;

const WAITING = 'Waiting for a free instance';

/**
 * Tells a training job without an attempt what it waits for. Where the settings say so, one that no agent can serve,
 * not even one that was here a while ago, fails with the reason of each entry.
 */
export function explainWaiting(context: StepContext, job: TrainingJobState): void {
  const { state, nowMs } = context;
  const sinceMs = state.pending.waitsSinceMs(job.id);
  if (sinceMs === undefined || job.status !== 'InProgress') return;
  const waitedMs = nowMs - Math.max(sinceMs, state.startedAtMs);
  if (waitedMs < SAY_AFTER_MS && state.settings.whenNotOffered === 'wait') return;
  const types = instanceCandidates(job.spec, state.settings.spotOnly).map((candidate) => candidate.instanceType);
  if (types.some((instanceType) => state.capacity.slots(instanceType) > 0)) {
    return say(context, job, quotaMessage(state, job) ?? WAITING);
  }
  const { whenNotOffered, offerPatienceMs } = state.settings;
  const isHopeless = !types.some((instanceType) => state.capacity.wasOffered(instanceType, nowMs, offerPatienceMs));
  if (whenNotOffered === 'fail' && isHopeless && waitedMs >= offerPatienceMs) {
    const patience = `in the last ${Math.round(offerPatienceMs / 1000)} s`;
    const reasons = types.map((instanceType) => `${describeClass(instanceType)}: no agent has offered it ${patience}`);
    return failForCapacity(context, job, `The fleet cannot serve any instance type asked for. ${reasons.join('; ')}.`);
  }
  if (waitedMs >= SAY_AFTER_MS)
    say(context, job, `InsufficientCapacity: no agent offers ${types.map(describeClass).join(', ')}; waiting`);
}

/** Lets go of what is remembered of agents that went long ago. */
export function forgetOldCapacity({ state, nowMs }: StepContext): void {
  state.capacity.forgetOffers(nowMs, state.settings.offerPatienceMs);
  state.recentEnds.forget(nowMs);
  // What waits by the clock (for an entry of a fallback list, for a class that rests) is looked at again.
  state.admissionDue = true;
}

function quotaMessage(state: SchedulerState, job: TrainingJobState): string | undefined {
  if (state.shares.quotaLeft(job.tenant) > 0) return undefined;
  return `Waiting: the ${state.shares.held(job.tenant)} instances of the tenant's quota are in use`;
}

/** Only where the status itself says that nothing runs. */
function say(context: StepContext, job: TrainingJobState, message: string): void {
  if (job.secondaryStatus !== 'Starting' && job.secondaryStatus !== 'Pending') return;
  if (job.transitions.at(-1)?.statusMessage === message) return;
  moveTo(job, job.secondaryStatus, message, context.nowMs);
  context.emit({ kind: 'SaveTrainingJob', job });
}
