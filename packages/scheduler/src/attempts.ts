import {
  type AttemptKey,
  type AttemptPhase,
  type AttemptResult,
  instanceTypeOf,
  type MetricPoint,
} from '@fleetune/domain';
import { hearFrom, isLeasedTo, settleDoubts } from './agents.js';
import type { SchedulerEvent } from './event.js';
import { leaveQueue } from './placement/class-queue.js';
import { describePlacement } from './placement/fallback.js';
import { instanceCandidates } from './placement/instance-candidates.js';
import { recount } from './placement/recount.js';
import { withTimeLeft } from './running-time.js';
import type { AttemptRecord, TrainingJobState } from './state.js';
import type { StepContext } from './step-context.js';
import { requestStop, settleAttempt } from './training-jobs.js';
import { hasLeft, moveTo } from './transitions.js';
import { onFoldTraining } from './tuning/folds.js';
import { enterSlot } from './warm-pools/reuse.js';

const PHASE_MESSAGES: Readonly<Record<AttemptPhase, string>> = {
  Starting: 'Preparing the instance for training',
  Downloading: 'Downloading input data',
  Training: 'Training in progress',
  Uploading: 'Uploading the trained model',
};

/**
 * An agent took an entry off a class queue and asks for the lease. The queue may be wrong; this decides.
 *
 * @param keptAfter names the agent's slot that the attempt was offered for; it comes from no queue then.
 */
export function onClaimRequested(
  context: StepContext,
  agentId: string,
  key: AttemptKey,
  keptAfter: AttemptKey | undefined,
): void {
  const { state, nowMs } = context;
  const job = state.trainingJobs.get(key.trainingJobId);
  const attempt = job?.attempt;
  const agent = state.agents.get(agentId);
  if (agent === undefined || job === undefined || attempt === undefined || attempt.fence !== key.fence) {
    return refuse(context, agentId, key, 'This attempt is not due any more.');
  }
  // The reply to an earlier claim was lost on the way: the same agent may have it again.
  if (attempt.state === 'Leased' && attempt.agentId === agentId) return grant(context, job, agentId);
  if (attempt.state !== 'Queued') return refuse(context, agentId, key, 'This attempt has been taken or has ended.');
  const fault = slotFault(context, attempt, agentId, keptAfter);
  if (fault !== undefined) return refuse(context, agentId, key, fault);
  if (attempt.warmPoolOf === undefined) leaveQueue(state, job, attempt);
  state.shares.leased(job.tenant, attempt.instanceClass, nowMs);
  attempt.state = 'Leased';
  attempt.agentId = agentId;
  attempt.leasedAtMs = nowMs;
  job.moves = 0;
  attempt.leaseExpiresAtMs = nowMs + state.settings.leaseTtlMs + state.settings.leaseGraceMs;
  agent.leases.set(job.id, attempt.instanceClass);
  enterSlot(context, job, { ...attempt, agentId });
  attempt.warmPoolOf = undefined;
  recount(context, agent);
  context.emit({ kind: 'SaveTrainingJob', job });
  grant(context, job, agentId);
  const queueWaitMs = nowMs - attempt.queuedAtMs;
  context.emit({ kind: 'Observe', fact: { kind: 'AttemptLeased', instanceClass: attempt.instanceClass, queueWaitMs } });
}

/** Why an attempt may not start where the agent would have it start. */
function slotFault(
  { state }: StepContext,
  { warmPoolOf }: AttemptRecord,
  agentId: string,
  keptAfter: AttemptKey | undefined,
): string | undefined {
  if (warmPoolOf === undefined) {
    return keptAfter === undefined ? undefined : 'This attempt is not set aside for a slot any more.';
  }
  const pool = state.warmPools.get(warmPoolOf);
  const isThere =
    pool?.agentId === agentId && keptAfter?.trainingJobId === warmPoolOf && keptAfter.fence === pool.fence;
  return isThere ? undefined : 'This attempt is set aside for a warm pool.';
}

export function onLeasesRenewed(context: StepContext, event: Extract<SchedulerEvent, { kind: 'LeasesRenewed' }>): void {
  const { state, nowMs } = context;
  hearFrom(context, event.agentId);
  settleDoubts(context, event.agentId, event.keys);
  const renewed: AttemptKey[] = [];
  const lost: AttemptKey[] = [];
  for (const key of event.keys) {
    const job = state.trainingJobs.get(key.trainingJobId);
    if (job?.attempt !== undefined && isLeasedTo(job, event.agentId, key.fence)) {
      job.attempt.leaseExpiresAtMs = nowMs + state.settings.leaseTtlMs + state.settings.leaseGraceMs;
      renewed.push(key);
    } else {
      lost.push(key);
    }
  }
  const { agentId, sentAtMonotonicMs } = event;
  context.emit({ kind: 'ConfirmRenewal', agentId, sentAtMonotonicMs, renewed, lost });
}

export function onPhaseChanged(
  context: StepContext,
  agentId: string,
  key: AttemptKey,
  phase: AttemptPhase,
  message: string,
): void {
  const job = leasedJob(context, agentId, key, 'phase');
  if (job?.attempt === undefined || job.status !== 'InProgress' || hasLeft(job, phase)) return;
  const ending = phase === 'Starting' ? warmth(job) : '';
  moveTo(job, phase, `${message || phaseMessage(context, job, phase)}${ending}`, context.nowMs);
  if (phase === 'Training') {
    job.trainingStartMs ??= context.nowMs;
    job.attempt.trainingSinceMs ??= context.nowMs;
    context.state.breakers.succeeded(job.attempt.instanceClass);
    if (job.fold !== undefined) onFoldTraining(context, job);
  }
  context.emit({ kind: 'SaveTrainingJob', job });
}

/** Says which entry of a fallback list serves, and why not one before it. */
function phaseMessage({ state }: StepContext, job: TrainingJobState, phase: AttemptPhase): string {
  const placement = job.attempt?.placement;
  if (phase !== 'Starting' || placement === undefined || placement.instanceIndex === 0) return PHASE_MESSAGES[phase];
  const candidates = instanceCandidates(job.spec, state.settings.spotOnly);
  return `${PHASE_MESSAGES[phase]} on ${describePlacement(candidates, placement)}`;
}

/** Ends the message of the start: whether it is in a warm pool, or what kept it from one. */
function warmth({ attempt, warmPool, fence }: TrainingJobState): string {
  if (warmPool !== undefined && warmPool.fence === fence && warmPool.reuses > 0) return ' in a warm pool';
  return attempt?.nearMiss === undefined ? '' : `; ${attempt.nearMiss.message}`;
}

export function onMetricsReported(
  context: StepContext,
  agentId: string,
  key: AttemptKey,
  points: readonly MetricPoint[],
): void {
  const job = leasedJob(context, agentId, key, 'metrics');
  if (job === undefined) return;
  context.emit({ kind: 'SaveMetrics', batch: { key, points } });
  stopWhenWatched(context, job, points);
}

/** The end of an attempt. Reported until acknowledged, so a repeated or late report changes nothing. */
export function onAttemptReported(context: StepContext, agentId: string, result: AttemptResult): void {
  const job = leasedJob(context, agentId, result.key, 'report');
  const accepted = job?.attempt !== undefined;
  if (job?.attempt !== undefined) settleAttempt(context, job, job.attempt, result.outcome, result);
  context.emit({ kind: 'AcknowledgeReport', agentId, key: result.key, accepted });
}

/** Early stopping and Hyperband: judges a running training job by what it just reported of its objective. */
function stopWhenWatched(context: StepContext, job: TrainingJobState, points: readonly MetricPoint[]): void {
  const { objective } = job.spec;
  if (job.tuning === undefined || objective === undefined) return;
  const { tuningJobId, index } = job.tuning;
  const reported = points.filter((point) => point.name === objective.metricName);
  const reason = context.state.tuningJobs.get(tuningJobId)?.watch?.reported({ id: job.id, index }, reported);
  if (reason !== undefined) requestStop(context, job, reason);
}

function leasedJob(
  context: StepContext,
  agentId: string,
  key: AttemptKey,
  write: 'phase' | 'metrics' | 'report',
): TrainingJobState | undefined {
  const job = context.state.trainingJobs.get(key.trainingJobId);
  if (job !== undefined && isLeasedTo(job, agentId, key.fence)) return job;
  context.emit({ kind: 'Observe', fact: { kind: 'FencedWrite', write } });
  return undefined;
}

function grant(context: StepContext, job: TrainingJobState, agentId: string): void {
  const instanceType = instanceTypeOf(job.attempt?.instanceClass ?? '');
  const key = { trainingJobId: job.id, fence: job.fence };
  context.emit({
    kind: 'GrantLease',
    agentId,
    grant: {
      key,
      trainingJobName: job.name,
      tenant: job.tenant,
      instanceType,
      spec: withTimeLeft(job),
      warmPool: job.warmPool?.fence === job.fence ? job.warmPool.clusterId : undefined,
    },
  });
  if (job.status !== 'Stopping') return;
  context.emit({ kind: 'StopAttempt', agentId, key, reason: job.stopReason ?? 'UserRequested' });
}

function refuse(context: StepContext, agentId: string, key: AttemptKey, reason: string): void {
  context.emit({ kind: 'RefuseClaim', agentId, key, reason });
  context.emit({ kind: 'Observe', fact: { kind: 'FencedWrite', write: 'claim' } });
}
