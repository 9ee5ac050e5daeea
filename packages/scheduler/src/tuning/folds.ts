import {
  type CrossValidation,
  type FinalMetric,
  foldAt,
  foldCount,
  foldTrainingJobSpec,
  isHopelessByFolds,
  summarizeFolds,
} from '@fleetune/domain';
import { newTrainingJobProgress } from '../new-training-job.js';
import { awaitPlacement } from '../placement/admission.js';
import type { FoldProgress, TrainingJobState } from '../state.js';
import { type EndedTrainingJob, randomUuid, type StepContext } from '../step-context.js';
import { concludeFolds, requestStop } from '../training-jobs.js';
import { moveTo } from '../transitions.js';

/** Cross-validation that has not begun. */
export function newFoldProgress(plan: CrossValidation): FoldProgress {
  return { plan, results: new Map(), running: new Set(), launched: 0 };
}

/** Launches as many folds of a training job as may run at once. Each is a training job of its own, named after it. */
export function launchFolds(context: StepContext, parent: TrainingJobState, progress: FoldProgress): void {
  const { plan, running } = progress;
  while (progress.launched < foldCount(plan) && running.size < plan.maxParallelFolds) {
    launchFold(context, parent, progress, progress.launched);
    progress.launched += 1;
  }
}

/** A fold's program is running: so is the training job it is part of. */
export function onFoldTraining({ state, nowMs, emit }: StepContext, fold: TrainingJobState): void {
  const parent = state.trainingJobs.get(fold.fold?.parentId ?? '');
  if (parent?.crossValidation === undefined || parent.trainingStartMs !== undefined) return;
  parent.trainingStartMs = nowMs;
  moveTo(parent, 'Training', `Cross-validating in ${foldCount(parent.crossValidation.plan)} folds`, nowMs);
  emit({ kind: 'SaveTrainingJob', job: parent });
}

/** Takes in what a fold gave, and does what its training job needs next: another fold, or the end. */
export function onFoldEnded(context: StepContext, { job: fold, failure }: EndedTrainingJob): void {
  const parent = context.state.trainingJobs.get(fold.fold?.parentId ?? '');
  const progress = parent?.crossValidation;
  if (parent === undefined || progress === undefined || fold.fold === undefined) return;
  if (!progress.running.delete(fold.id)) return;
  parent.trainingMs += fold.trainingMs;
  parent.billableMs += fold.billableMs;
  parent.trainingEndMs = fold.trainingEndMs ?? parent.trainingEndMs;
  if (fold.status === 'Completed') progress.results.set(fold.fold.position, fold.finalMetrics);
  else if (parent.status === 'InProgress') noteFailure(context, progress, { job: fold, failure });
  parent.finalMetrics = meanMetrics(parent, progress, context.nowMs);
  context.emit({ kind: 'SaveTrainingJob', job: parent });
  if (parent.status === 'InProgress' && progress.failure === undefined) {
    if (isHopeless(context, parent, progress)) requestStop(context, parent, 'EarlyStopped');
    else launchFolds(context, parent, progress);
  }
  if (progress.running.size === 0 && parent.endedAtMs === undefined) concludeFolds(context, parent, progress.failure);
}

/** Enters that a fold gave nothing, and that the training job has failed once too few can still succeed. */
export function countFailedFold(
  progress: FoldProgress,
  fold: Pick<TrainingJobState, 'name' | 'status' | 'failureReason' | 'transitions'>,
  kind: 'retryable' | 'nonRetryable',
): void {
  const { minSucceededFolds } = progress.plan;
  const all = foldCount(progress.plan);
  progress.failed = (progress.failed ?? 0) + 1;
  const left = all - progress.failed;
  if (progress.failure !== undefined || left >= minSucceededFolds) return;
  const happened = fold.status === 'Failed' ? 'failed' : 'was stopped';
  const said = `Fold ${fold.name} ${happened}, and ${left} of ${all} folds are fewer than the ${minSucceededFolds} needed.`;
  const reason = fold.failureReason ?? fold.transitions.at(-1)?.statusMessage ?? '';
  progress.failure = { reason: `${said} ${reason}`.trim(), kind };
}

/** Objectives of the folds that gave one, in the order of the folds. */
export function foldObjectives({ spec }: TrainingJobState, { results }: FoldProgress): number[] {
  return [...results.entries()]
    .sort(([one], [other]) => one - other)
    .flatMap(([, metrics]) => metrics.find((metric) => metric.name === spec.objective?.metricName)?.value ?? []);
}

/** Name under which a training job tells how sure the mean of its folds is. */
export function standardErrorMetric(metricName: string): string {
  return `${metricName}:standard_error`;
}

function launchFold(context: StepContext, parent: TrainingJobState, progress: FoldProgress, position: number): void {
  const { state, nowMs, random } = context;
  const { tuning } = parent;
  if (tuning === undefined) return;
  const id = randomUuid(random);
  const fold: TrainingJobState = {
    id,
    tenant: parent.tenant,
    // Nobody can take the name before: it ends in chance.
    name: `${parent.name}-f${position + 1}-${id.slice(0, 8)}`,
    spec: foldTrainingJobSpec(parent.spec, progress.plan, foldAt(progress.plan, position)),
    createdAtMs: nowMs,
    fold: { parentId: parent.id, tuningJobId: tuning.tuningJobId, position },
    ...newTrainingJobProgress(nowMs),
  };
  state.trainingJobs.set(id, fold);
  progress.running.add(id);
  awaitPlacement(context, fold);
  context.emit({ kind: 'SaveTrainingJob', job: fold });
}

/**
 * A fold that was stopped by itself, by a user or at its MaxRuntime, has failed its training job as much as one that
 * crashed: the mean of others than those asked for is no answer. When too few folds can still succeed, the training job
 * has failed, and its other folds are not waited for.
 */
function noteFailure(context: StepContext, progress: FoldProgress, { job: fold, failure }: EndedTrainingJob): void {
  const hadFailed = progress.failure !== undefined;
  countFailedFold(progress, fold, failure ?? 'nonRetryable');
  if (hadFailed || progress.failure === undefined) return;
  for (const id of [...progress.running]) {
    const sibling = context.state.trainingJobs.get(id);
    if (sibling !== undefined) requestStop(context, sibling, 'FoldsAbandoned');
  }
}

function isHopeless({ state }: StepContext, parent: TrainingJobState, progress: FoldProgress): boolean {
  const { plan, results, failed = 0 } = progress;
  if (!plan.stopHopeless || results.size + failed === foldCount(plan)) return false;
  const foldsOfBest = state.tuningJobs.get(parent.tuning?.tuningJobId ?? '')?.foldsOfBest ?? [];
  const type = parent.spec.objective?.type ?? 'Maximize';
  return isHopelessByFolds(type, foldObjectives(parent, progress), foldsOfBest);
}

/** The mean of every metric over the folds that have it, and how sure that of the objective is. */
function meanMetrics(parent: TrainingJobState, { results }: FoldProgress, nowMs: number): FinalMetric[] {
  const objectiveName = parent.spec.objective?.metricName;
  const names = new Set([...results.values()].flatMap((metrics) => metrics.map(({ name }) => name)));
  return [...names].flatMap((name) => {
    const values = [...results.values()].flatMap((metrics) => metrics.find((one) => one.name === name)?.value ?? []);
    const summary = summarizeFolds(values);
    if (summary === undefined) return [];
    const mean = { name, value: summary.mean, timestampMs: nowMs };
    if (name !== objectiveName) return [mean];
    return [mean, { name: standardErrorMetric(name), value: summary.standardError, timestampMs: nowMs }];
  });
}
