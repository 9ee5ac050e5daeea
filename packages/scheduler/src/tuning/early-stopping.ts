import { isBetter, type ObjectiveType } from '@fleetune/domain';

/** Objective values by epoch of a tuning job's training jobs. Kept only where early stopping is on. */
export interface LearningCurves {
  /** For every training job that ended: the mean of its first e + 1 values, at place e. */
  readonly endedAverages: number[][];
  /** For every training job that runs: its values so far. */
  readonly running: Map<string, number[]>;
}

export function emptyCurves(): LearningCurves {
  return { endedAverages: [], running: new Map() };
}

/** Below so many earlier training jobs a median says little. */
const MIN_EARLIER_JOBS = 3;
/** The first epochs of a training say little about its last. */
const MIN_EPOCHS = 4;

/** Takes in what a running training job reported. Epochs that were heard of before are kept as they are. */
export function recordEpochs(
  curves: LearningCurves,
  trainingJobId: string,
  points: readonly { step: number; value: number }[],
): void {
  const values = curves.running.get(trainingJobId) ?? [];
  for (const { step, value } of points) if (step === values.length && Number.isFinite(value)) values.push(value);
  curves.running.set(trainingJobId, values);
}

/** What a training job that ended, however it ended, leaves for those after it. */
export function closeCurve(curves: LearningCurves, trainingJobId: string): void {
  const values = curves.running.get(trainingJobId);
  curves.running.delete(trainingJobId);
  if (values !== undefined && values.length > 0) curves.endedAverages.push(runningAverages(values));
}

/** An attempt that starts over tells its epochs from the first again. */
export function restartCurve(curves: LearningCurves, trainingJobId: string): void {
  curves.running.delete(trainingJobId);
}

/**
 * SageMaker's median rule: a training job is hopeless when its newest value is worse than the median, over the earlier
 * training jobs that came as far, of their averages up to that epoch.
 */
export function isHopeless(curves: LearningCurves, trainingJobId: string, type: ObjectiveType): boolean {
  const values = curves.running.get(trainingJobId) ?? [];
  const epoch = values.length - 1;
  const newest = values[epoch];
  if (newest === undefined || values.length < MIN_EPOCHS) return false;
  const earlier = curves.endedAverages.flatMap((averages) => averages[epoch] ?? []);
  if (earlier.length < MIN_EARLIER_JOBS) return false;
  return isBetter(type, median(earlier), newest);
}

function runningAverages(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value, index) => {
    sum += value;
    return sum / (index + 1);
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
