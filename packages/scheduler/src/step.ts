import { onAgentConnected, onAgentDisconnected, onAgentDraining, silenceAgents } from './agents.js';
import { onAttemptReported, onClaimRequested, onLeasesRenewed, onMetricsReported, onPhaseChanged } from './attempts.js';
import { checkDeadlines, watchDeadlines } from './deadlines.js';
import type { Effect } from './effect.js';
import type { SchedulerEvent } from './event.js';
import { admitPending, awaitPlacement } from './placement/admission.js';
import { forgetSilentClasses } from './placement/demand.js';
import { forgetOldCapacity } from './placement/insufficient-capacity.js';
import type { Random } from './ports.js';
import type { SchedulerState, TuningJobState } from './state.js';
import type { StepContext } from './step-context.js';
import { requestStop } from './training-jobs.js';
import { onFoldEnded } from './tuning/folds.js';
import {
  advance,
  checkTuningRuntime,
  onSuggested,
  onSuggestionFailed,
  onTrainingJobEnded,
  requestTuningStop,
} from './tuning/tuning-loop.js';
import { checkWarmPools, onKeepAliveChanged } from './warm-pools/retention.js';

/**
 * The scheduler's only decision function. Takes over `state`, changes it in place, and returns what must be made
 * durable and what must then be done. Has no clock, no randomness and no I/O of its own.
 */
export function step(state: SchedulerState, event: SchedulerEvent, nowMs: number, random: Random): Effect[] {
  const effects: Effect[] = [];
  const context: StepContext = { state, nowMs, random, emit: (effect) => effects.push(effect), ended: [] };
  handle(context, event);
  // Counting one may stop others (a tuning job that is complete), which then wait here in turn.
  for (let ended = context.ended.shift(); ended !== undefined; ended = context.ended.shift()) {
    if (ended.job.fold === undefined) onTrainingJobEnded(context, ended);
    else onFoldEnded(context, ended);
  }
  admitPending(context);
  watchDeadlines(state, effects, nowMs);
  return effects;
}

function handle(context: StepContext, event: SchedulerEvent): void {
  const { state, nowMs } = context;
  switch (event.kind) {
    case 'TuningJobCreated':
      state.tuningJobs.set(event.job.id, event.job);
      return advance(context, event.job);
    case 'TrainingJobCreated':
      state.trainingJobs.set(event.job.id, event.job);
      state.deadlines.watch(event.job.id, nowMs);
      return awaitPlacement(context, event.job);
    case 'TuningJobStopRequested':
      return withTuningJob(context, event.tuningJobId, (job) => requestTuningStop(context, job));
    case 'TrainingJobStopRequested': {
      const job = state.trainingJobs.get(event.trainingJobId);
      return job && requestStop(context, job, 'UserRequested');
    }
    case 'KeepAliveChanged':
      return onKeepAliveChanged(context, event.trainingJobId, event.keepAliveSeconds);
    case 'Suggested':
      return withTuningJob(context, event.tuningJobId, (job) =>
        onSuggested(context, job, event.asked, event.convergence),
      );
    case 'SuggestionFailed':
      return withTuningJob(context, event.tuningJobId, (job) => onSuggestionFailed(context, job, event.reason));
    case 'AgentConnected':
      return onAgentConnected(context, event);
    case 'AgentDraining':
      return onAgentDraining(context, event.agentId);
    case 'AgentDisconnected':
      return onAgentDisconnected(context, event.agentId, event.epoch);
    case 'ClaimRequested':
      return onClaimRequested(context, event.agentId, event.key, event.keptAfter);
    case 'LeasesRenewed':
      return onLeasesRenewed(context, event);
    case 'PhaseChanged':
      return onPhaseChanged(context, event.agentId, event.key, event.phase, event.message);
    case 'MetricsReported':
      return onMetricsReported(context, event.agentId, event.key, event.points);
    case 'AttemptReported':
      return onAttemptReported(context, event.agentId, event.result);
    case 'Ticked':
      return onTick(context);
  }
}

function onTick(context: StepContext): void {
  const { state } = context;
  silenceAgents(context);
  checkWarmPools(context);
  checkDeadlines(context);
  for (const job of [...state.tuningJobs.values()]) {
    checkTuningRuntime(context, job);
    advance(context, job);
  }
  forgetSilentClasses(context);
  forgetOldCapacity(context);
}

function withTuningJob(context: StepContext, id: string, act: (job: TuningJobState) => void): void {
  const job = context.state.tuningJobs.get(id);
  if (job !== undefined) act(job);
}
