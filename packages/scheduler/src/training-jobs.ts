import {
  type AttemptOutcome,
  type AttemptResult,
  isSpotClass,
  type SecondaryStatus,
  type StopReason,
} from '@fleetune/domain';
import { awaitPlacement } from './placement/admission.js';
import { flowOf } from './placement/backlog.js';
import { leaveQueue } from './placement/class-queue.js';
import { countTraining, isTimeUp, unreportedMs } from './running-time.js';
import type { AttemptRecord, FoldProgress, TrainingJobState } from './state.js';
import type { StepContext } from './step-context.js';
import { endWith, moveTo } from './transitions.js';
import { settleWarmPool } from './warm-pools/retention.js';
import { freeReservation } from './warm-pools/reuse.js';

/** Ends the newest attempt and decides what becomes of its training job: another attempt, or the end. */
export function settleAttempt(
  context: StepContext,
  job: TrainingJobState,
  attempt: AttemptRecord,
  outcome: AttemptOutcome,
  result?: AttemptResult,
): void {
  endAttempt(context, job, attempt, outcome);
  if (result !== undefined) keepResult(context, job, attempt, result);
  else countTraining(job, attempt, unreportedMs(attempt, context.state.settings), context.state.settings);
  const stopped = job.stopReason;
  switch (outcome.kind) {
    case 'Succeeded':
      return complete(context, job);
    case 'AlgorithmError':
      // SageMaker's prefix: clients tell the user's errors from the service's by it.
      return fail(context, job, `AlgorithmError: ${outcome.reason}`, 'nonRetryable');
    case 'ClientError':
      return fail(context, job, `ClientError: ${outcome.reason}`, 'nonRetryable');
    case 'Stopped':
      return stop(context, job, stopped ?? outcome.stopReason);
    case 'InternalError':
    case 'Lost':
    case 'Interrupted':
      return stopped === undefined ? retry(context, job, outcome) : stop(context, job, stopped);
  }
}

/**
 * Takes an attempt that nobody has claimed off its class, so that another entry of the fallback list can serve. Its
 * fence is spent: whoever claims it late is refused, and no attempt is in two classes.
 */
export function moveAttempt(context: StepContext, job: TrainingJobState, attempt: AttemptRecord, reason: string): void {
  endAttempt(context, job, attempt, { kind: 'Interrupted', reason });
  job.moves = (job.moves ?? 0) + 1;
  awaitPlacement(context, job, attempt.instanceClass);
  context.emit({ kind: 'SaveTrainingJob', job });
}

/** No instance type that the training job asks for is to be had. */
export function failForCapacity(context: StepContext, job: TrainingJobState, reason: string): void {
  fail(context, job, `CapacityError: ${reason}`, 'retryable');
}

/** Asks a training job to stop. It ends at once unless an agent is running it. */
export function requestStop(context: StepContext, job: TrainingJobState, reason: StopReason): void {
  const { state, nowMs } = context;
  if (job.status !== 'InProgress') return;
  job.status = 'Stopping';
  job.stopReason = reason;
  moveTo(job, 'Stopping', 'Stopping the training job', nowMs);
  if (job.crossValidation !== undefined && job.crossValidation.running.size > 0) {
    context.emit({ kind: 'SaveTrainingJob', job });
    for (const id of [...job.crossValidation.running]) {
      const fold = state.trainingJobs.get(id);
      if (fold !== undefined) requestStop(context, fold, reason);
    }
    return;
  }
  const { attempt } = job;
  if (attempt?.state === 'Leased' && attempt.agentId !== undefined) {
    job.stopDeadlineMs = nowMs + state.settings.stopDeadlineMs;
    context.emit({ kind: 'SaveTrainingJob', job });
    context.emit({
      kind: 'StopAttempt',
      agentId: attempt.agentId,
      key: { trainingJobId: job.id, fence: attempt.fence },
      reason,
    });
    return;
  }
  if (attempt?.state === 'Queued') endAttempt(context, job, attempt, { kind: 'Stopped', stopReason: reason });
  stop(context, job, reason);
}

/** All folds of a training job have ended, and its final metrics are their means. */
export function concludeFolds(context: StepContext, job: TrainingJobState, failure: FoldProgress['failure']): void {
  if (failure !== undefined) return fail(context, job, failure.reason, failure.kind);
  if (job.stopReason !== undefined) return stop(context, job, job.stopReason);
  complete(context, job);
}

function endAttempt(
  context: StepContext,
  job: TrainingJobState,
  attempt: AttemptRecord,
  outcome: AttemptOutcome,
): void {
  const { state, nowMs } = context;
  if (attempt.warmPoolOf !== undefined && attempt.state === 'Queued') freeReservation(context, attempt);
  else if (attempt.state === 'Queued') leaveQueue(state, job, attempt);
  const agent = state.agents.get(attempt.agentId ?? '');
  if (agent?.leases.delete(job.id)) state.capacity.count(agent, nowMs);
  const ranMs = attempt.leasedAtMs === undefined ? undefined : nowMs - attempt.leasedAtMs;
  state.shares.ended(job.tenant, flowOf(job), attempt.instanceClass, ranMs, nowMs);
  state.recentEnds.ended(attempt.instanceClass, nowMs);
  state.admissionDue = true;
  judgeClass(context, attempt, outcome);
  attempt.state = 'Ended';
  attempt.endedAtMs = nowMs;
  attempt.outcome = outcome;
  context.emit({ kind: 'Observe', fact: { kind: 'AttemptEnded', outcome: outcome.kind } });
}

/** A class that takes attempts and does not start them is passed over for a while, where there is a choice. */
function judgeClass(context: StepContext, attempt: AttemptRecord, outcome: AttemptOutcome): void {
  if (attempt.agentId === undefined || attempt.trainingSinceMs !== undefined) return;
  if (outcome.kind !== 'Lost' && outcome.kind !== 'InternalError') return;
  const { instanceClass } = attempt;
  if (!context.state.breakers.failed(instanceClass, context.nowMs, context.random)) return;
  context.emit({ kind: 'Observe', fact: { kind: 'BreakerOpened', instanceClass } });
}

function keepResult(
  { state }: StepContext,
  job: TrainingJobState,
  attempt: AttemptRecord,
  result: AttemptResult,
): void {
  job.finalMetrics = result.finalMetrics;
  job.modelArtifactUri = result.modelArtifactUri;
  job.startupMs = result.startupMs;
  if (result.trainingStartMs === undefined) return;
  job.trainingStartMs ??= result.trainingStartMs;
  const endMs = result.trainingEndMs ?? result.trainingStartMs;
  // The start was entered by the server's clock, as soon as it heard of it; how long it ran is the agent's to say.
  job.trainingEndMs = Math.max(endMs, job.trainingStartMs);
  countTraining(job, attempt, Math.max(0, endMs - result.trainingStartMs), state.settings);
}

function complete(context: StepContext, job: TrainingJobState): void {
  const { objective } = job.spec;
  if (objective === undefined) return end(context, job, 'Completed', 'Completed', 'Training job completed');
  const value = job.finalMetrics.find((metric) => metric.name === objective.metricName)?.value;
  if (value === undefined || !Number.isFinite(value)) {
    const said = value === undefined ? 'was never reported' : `ended as ${value}`;
    return fail(
      context,
      job,
      `AlgorithmError: The objective metric "${objective.metricName}" ${said}.`,
      'nonRetryable',
    );
  }
  job.objective = value;
  end(context, job, 'Completed', 'Completed', 'Training job completed');
}

function stop(context: StepContext, job: TrainingJobState, reason: StopReason): void {
  const { objective } = job.spec;
  const value = job.finalMetrics.find((metric) => metric.name === objective?.metricName)?.value;
  if (value !== undefined && Number.isFinite(value)) job.objective = value;
  end(context, job, 'Stopped', STOPPED_AS[reason], STOP_MESSAGES[reason]);
}

const STOPPED_AS: Readonly<Record<StopReason, SecondaryStatus>> = {
  UserRequested: 'Stopped',
  TuningJobStopped: 'Stopped',
  EarlyStopped: 'Stopped',
  MaxResourceReached: 'Stopped',
  FoldsAbandoned: 'Stopped',
  MaxRuntimeExceeded: 'MaxRuntimeExceeded',
  MaxWaitExceeded: 'MaxWaitTimeExceeded',
  AgentStopping: 'Stopped',
};

const STOP_MESSAGES: Readonly<Record<StopReason, string>> = {
  UserRequested: 'Training job stopped on request',
  TuningJobStopped: 'Training job stopped because its tuning job ended',
  EarlyStopped: 'Training job stopped early: it was unlikely to improve the objective',
  MaxResourceReached: 'Training job stopped: it has trained for the MaxResource of its tuning job',
  FoldsAbandoned: 'Training job stopped: the training job whose fold it is has failed',
  MaxRuntimeExceeded: 'Training job stopped: MaxRuntimeInSeconds exceeded',
  MaxWaitExceeded: 'Training job stopped: MaxWaitTimeInSeconds exceeded',
  AgentStopping: 'Training job stopped because its agent was shut down',
};

function retry(context: StepContext, job: TrainingJobState, outcome: RetriedOutcome): void {
  const { state, nowMs } = context;
  // A spot machine may also go without a word.
  const wasTaken = outcome.kind === 'Lost' && isSpotClass(job.attempt?.instanceClass ?? '');
  if (outcome.kind === 'Interrupted' || wasTaken) job.interruptions += 1;
  else if (outcome.kind === 'Lost') job.losses += 1;
  if (outcome.kind === 'InternalError') job.internalErrors += 1;
  const spent = job.losses + job.internalErrors;
  const budget = state.settings.infrastructureRetries + job.spec.maximumRetryAttempts;
  if (outcome.kind !== 'Interrupted' && spent > budget) {
    const reason = `InternalServerError: ${outcome.reason} Given up after ${spent} attempts.`;
    return fail(context, job, reason, 'retryable');
  }
  // A lost agent says nothing about the job: it runs again at once. An error of ours may last: wait a little longer each time.
  const again = outcome.kind === 'InternalError' ? job.internalErrors : job.interruptions - FREE_INTERRUPTIONS;
  const waits = (outcome.kind !== 'Lost' || wasTaken) && again > 0;
  job.notBeforeMs = waits ? nowMs + state.settings.retryBackoffMs * 2 ** (Math.min(again, 8) - 1) : nowMs;
  moveTo(job, outcome.kind === 'InternalError' ? 'Restarting' : 'Interrupted', outcome.reason, nowMs);
  if (isTimeUp(job)) return requestStop(context, job, 'MaxRuntimeExceeded');
  awaitPlacement(context, job);
  if (job.tuning !== undefined) {
    state.tuningJobs.get(job.tuning.tuningJobId)?.watch?.restarted({ id: job.id, index: job.tuning.index });
  }
  context.emit({ kind: 'SaveTrainingJob', job });
}

/** So many interruptions cost no wait: machines are taken away. More of them may be a fleet that turns in circles. */
const FREE_INTERRUPTIONS = 3;

type RetriedOutcome = Extract<AttemptOutcome, { kind: 'Interrupted' | 'Lost' | 'InternalError' }>;

/** Longest `FailureReason` of the API. */
const MAX_FAILURE_REASON_LENGTH = 1024;

function fail(context: StepContext, job: TrainingJobState, reason: string, kind: 'retryable' | 'nonRetryable'): void {
  job.failureReason = reason.slice(0, MAX_FAILURE_REASON_LENGTH);
  end(context, job, 'Failed', 'Failed', job.failureReason, kind);
}

function end(
  context: StepContext,
  job: TrainingJobState,
  status: 'Completed' | 'Failed' | 'Stopped',
  secondaryStatus: SecondaryStatus,
  message: string,
  failure?: 'retryable' | 'nonRetryable',
): void {
  const { state, nowMs } = context;
  job.status = status;
  job.endedAtMs = nowMs;
  endWith(job, secondaryStatus, message, nowMs);
  state.pending.delete(job.id);
  state.trainingJobs.delete(job.id);
  settleWarmPool(context, job);
  context.emit({ kind: 'SaveTrainingJob', job });
  context.emit({ kind: 'Observe', fact: { kind: 'TrainingJobEnded', status, startupMs: job.startupMs } });
  context.ended.push({ job, failure });
}
