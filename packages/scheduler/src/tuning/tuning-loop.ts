import { type CompletionReason, isBetter, reaches, type TuningJobSpec, tunedTrainingJobSpec } from '@fleetune/domain';
import { type Asked, CONVERGED_FROM, type Suggestion } from '@fleetune/search';
import { newTrainingJobProgress } from '../new-training-job.js';
import { awaitPlacement } from '../placement/admission.js';
import type { TrainingJobState, TuningJobState } from '../state.js';
import { type EndedTrainingJob, randomUuid, type StepContext } from '../step-context.js';
import { requestStop } from '../training-jobs.js';
import { foldObjectives, launchFolds, newFoldProgress } from './folds.js';
import { trainingWatch } from './training-watch.js';
import { ranToItsEnd, trialOutcome } from './trial-outcome.js';

/**
 * Does the next thing a tuning job needs: ask for as many suggestions as permits are free, or end it when nothing more
 * is to come.
 */
export function advance(context: StepContext, job: TuningJobState): void {
  if (job.endedAtMs !== undefined) return;
  if (job.completionReason === undefined) judgeCompletion(context, job);
  if (job.completionReason !== undefined) {
    if (job.inFlight.size === 0 && job.asking === 0) endTuningJob(context, job, job.completionReason);
    return;
  }
  const { maxTrainingJobs = Number.POSITIVE_INFINITY, maxParallelTrainingJobs } = job.spec.limits;
  const room = Math.min(maxParallelTrainingJobs - job.inFlight.size, maxTrainingJobs - job.launched);
  if (room <= 0 || job.asking > 0) return;
  job.asking = room;
  context.emit({ kind: 'Ask', tuningJob: job, count: room });
}

/** Turns suggestions into training jobs. They hold a permit from here until they end. */
export function onSuggested(context: StepContext, job: TuningJobState, asked: Asked, convergence?: number): void {
  job.asking = 0;
  if (job.completionReason !== undefined) return advance(context, job);
  for (const suggestion of asked.suggestions) launch(context, job, suggestion);
  if (asked.exhausted) job.completionReason = 'SearchSpaceExhausted';
  if (convergence !== undefined && convergence >= CONVERGED_FROM) job.convergedAtMs ??= context.nowMs;
  save(context, job);
  advance(context, job);
}

/** A strategy that cannot suggest is a fault of the tuning job's description; what runs is stopped. */
export function onSuggestionFailed(context: StepContext, job: TuningJobState, reason: string): void {
  job.asking = 0;
  job.failureReason = `The search strategy could not suggest a configuration: ${reason}`;
  complete(context, job, 'AllTrainingJobsFailed');
  advance(context, job);
}

export function requestTuningStop(context: StepContext, job: TuningJobState): void {
  if (job.status !== 'InProgress') return;
  job.status = 'Stopping';
  complete(context, job, 'StoppedByUser');
  advance(context, job);
}

/** Counts a training job that ended, teaches the search, and goes on. */
export function onTrainingJobEnded(context: StepContext, { job: ended, failure }: EndedTrainingJob): void {
  if (ended.tuning === undefined) return;
  const job = context.state.tuningJobs.get(ended.tuning.tuningJobId);
  if (job === undefined || !job.inFlight.delete(ended.id)) return;
  if (ended.status === 'Completed') job.completed += 1;
  else if (ended.status === 'Stopped') job.stopped += 1;
  else if (failure === 'retryable') job.retryableErrors += 1;
  else job.nonRetryableErrors += 1;
  job.consumedRuntimeMs += ended.trainingMs;
  const { index } = ended.tuning;
  const epochs = job.watch?.epochs({ id: ended.id, index });
  job.watch?.ended({ id: ended.id, index });
  countObjective(job, ended);
  context.emit({
    kind: 'Tell',
    tuningJobId: job.id,
    index,
    outcome: trialOutcome(ended, ended.spec.objective?.metricName ?? '', epochs),
  });
  save(context, job);
  advance(context, job);
}

/** Ends tuning jobs whose time is over. */
export function checkTuningRuntime(context: StepContext, job: TuningJobState): void {
  const { maxRuntimeSeconds } = job.spec.limits;
  if (maxRuntimeSeconds === undefined || job.completionReason !== undefined) return;
  if (context.nowMs - job.createdAtMs < maxRuntimeSeconds * 1000) return;
  complete(context, job, 'MaxRuntimeReached');
  advance(context, job);
}

function launch(context: StepContext, job: TuningJobState, suggestion: Suggestion): void {
  const { state, nowMs, random } = context;
  const definition = job.spec.definitions[suggestion.definition];
  if (definition === undefined)
    throw new RangeError(`Suggestion for definition ${suggestion.definition} of ${job.name}.`);
  const id = randomUuid(random);
  const number = String(suggestion.index + 1).padStart(3, '0');
  const name = `${job.name}-${number}-${id.slice(0, 8)}`;
  const training: TrainingJobState = {
    id,
    tenant: job.tenant,
    name,
    spec: tunedTrainingJobSpec(definition, suggestion.configuration),
    createdAtMs: nowMs,
    tuning: {
      tuningJobId: job.id,
      index: suggestion.index,
      definition: suggestion.definition,
      configuration: suggestion.configuration,
    },
    ...(job.spec.crossValidation === undefined ? {} : { crossValidation: newFoldProgress(job.spec.crossValidation) }),
    ...newTrainingJobProgress(nowMs),
  };
  state.trainingJobs.set(id, training);
  job.inFlight.add(id);
  job.launched += 1;
  context.emit({ kind: 'SaveTrainingJob', job: training });
  if (training.crossValidation === undefined) awaitPlacement(context, training);
  else launchFolds(context, training, training.crossValidation);
}

/** The changing part of a tuning job that has not started. */
export function newTuningJobProgress(spec: TuningJobSpec, nowMs: number) {
  return {
    status: 'InProgress' as const,
    launched: 0,
    inFlight: new Set<string>(),
    asking: 0,
    completed: 0,
    stopped: 0,
    retryableErrors: 0,
    nonRetryableErrors: 0,
    objectiveSucceeded: 0,
    objectiveFailed: 0,
    notImproving: 0,
    consumedRuntimeMs: 0,
    lastModifiedAtMs: nowMs,
    watch: trainingWatch(spec),
  };
}

function judgeCompletion(context: StepContext, job: TuningJobState): void {
  const { limits, completion } = job.spec;
  const type = objectiveType(job);
  const target = completion.targetObjectiveValue;
  if (target !== undefined && job.best !== undefined && reaches(type, job.best.objective, target)) {
    return complete(context, job, 'TargetObjectiveReached');
  }
  const patience = completion.maxTrainingJobsNotImproving;
  if (patience !== undefined && job.notImproving >= patience) return complete(context, job, 'NotImproving');
  if (completion.completeOnConvergence && job.convergedAtMs !== undefined) return complete(context, job, 'Converged');
  if (limits.maxTrainingJobs !== undefined && job.launched >= limits.maxTrainingJobs) {
    // Nothing is stopped: the last ones run to their end.
    job.completionReason = 'MaxTrainingJobsReached';
  }
}

/** Launches nothing more and stops what runs. */
function complete(context: StepContext, job: TuningJobState, reason: CompletionReason): void {
  job.completionReason = reason;
  save(context, job);
  for (const id of [...job.inFlight]) {
    const training = context.state.trainingJobs.get(id);
    if (training !== undefined) requestStop(context, training, 'TuningJobStopped');
  }
}

function endTuningJob(context: StepContext, job: TuningJobState, reason: CompletionReason): void {
  job.endedAtMs = context.nowMs;
  if (reason === 'StoppedByUser') job.status = 'Stopped';
  else if (job.objectiveSucceeded > 0) job.status = 'Completed';
  else {
    job.status = 'Failed';
    job.failureReason ??= `No training job gave an objective value: ${job.nonRetryableErrors + job.retryableErrors} of ${job.launched} failed. Look at the FailureReason of one of them.`;
  }
  save(context, job);
  context.state.tuningJobs.delete(job.id);
  context.emit({ kind: 'CloseSearch', tuningJobId: job.id });
  context.emit({ kind: 'Observe', fact: { kind: 'TuningJobEnded', status: job.status } });
}

function countObjective(job: TuningJobState, ended: TrainingJobState): void {
  const { objective } = ended;
  if (objective === undefined) {
    job.objectiveFailed += 1;
    return;
  }
  job.objectiveSucceeded += 1;
  // Stopped jobs teach the search, but only a job that ran to its end can be the best.
  if (ranToItsEnd(ended) && isBetter(objectiveType(job), objective, job.best?.objective)) {
    job.best = { trainingJobId: ended.id, objective };
    job.foldsOfBest = ended.crossValidation && foldObjectives(ended, ended.crossValidation);
    job.notImproving = 0;
  } else {
    job.notImproving += 1;
  }
}

function objectiveType(job: TuningJobState) {
  return job.spec.definitions[0]?.objective.type ?? 'Maximize';
}

function save(context: StepContext, job: TuningJobState): void {
  job.lastModifiedAtMs = context.nowMs;
  context.emit({ kind: 'SaveTuningJob', job });
}
