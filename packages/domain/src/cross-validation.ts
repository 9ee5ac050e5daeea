import { isBetter, type ObjectiveType } from './objective.js';
import type { TrainingJobSpec } from './training-job.js';

/** How the data are divided. Every training job of a tuning job gets the same division, so that they can be compared. */
export type SplitMethod = 'KFold' | 'Stratified' | 'Grouped' | 'TimeSeries';

/** Makes a tuning job train each configuration once per fold and take the mean of their objectives for its own. */
export interface CrossValidation {
  /** 2 to 50. */
  readonly folds: number;
  /** How often the whole is done over with another division; 1 to 10. */
  readonly repeats: number;
  readonly method: SplitMethod;
  /** Decides the division. */
  readonly seed: number;
  /** How many folds of one training job may run at once. */
  readonly maxParallelFolds: number;
  /** So many folds must give an objective; with fewer the training job has failed. All of them unless said otherwise. */
  readonly minSucceededFolds: number;
  /** Stops a training job whose folds so far are worse than the worst fold of the best training job. */
  readonly stopHopeless: boolean;
}

/** One of the trainings that cross-validate a configuration. */
export interface Fold {
  /** From 0. */
  readonly repeat: number;
  /** From 0. */
  readonly index: number;
}

export const MAX_FOLDS = 50;
export const MAX_REPEATS = 10;

/** One sentence for each thing that is wrong; empty when it can be done. */
export function crossValidationFaults(validation: CrossValidation): string[] {
  const { folds, repeats, maxParallelFolds, minSucceededFolds, method } = validation;
  const faults: string[] = [];
  const isCount = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
  if (!isCount(folds, MAX_FOLDS) || folds < 2)
    faults.push(`Cross-validation takes 2 to ${MAX_FOLDS} folds, not ${folds}.`);
  if (!isCount(repeats, MAX_REPEATS)) {
    faults.push(`Cross-validation is repeated 1 to ${MAX_REPEATS} times, not ${repeats}.`);
  }
  if (method === 'TimeSeries' && repeats > 1) {
    faults.push('A time series can be divided in one way only; repeat its cross-validation once.');
  }
  const all = foldCount(validation);
  if (!isCount(maxParallelFolds, all)) {
    faults.push(`Of ${all} folds ${maxParallelFolds} cannot run at once; give 1 to ${all}.`);
  }
  if (!isCount(minSucceededFolds, all)) {
    faults.push(`Of ${all} folds ${minSucceededFolds} cannot be asked to succeed; give 1 to ${all}.`);
  }
  return faults;
}

/** Trainings that cross-validate one configuration. */
export function foldCount({ folds, repeats }: CrossValidation): number {
  return folds * repeats;
}

/** The `position`-th training, counted from 0: the folds of the first repeat, then those of the next. */
export function foldAt({ folds }: CrossValidation, position: number): Fold {
  return { repeat: Math.floor(position / folds), index: position % folds };
}

/** By which a training program learns which part of the data is its own to hold out. */
export function foldEnvironment(validation: CrossValidation, fold: Fold): Record<string, string> {
  return {
    FLEETUNE_FOLD: String(fold.index),
    FLEETUNE_FOLDS: String(validation.folds),
    FLEETUNE_FOLD_REPEAT: String(fold.repeat),
    FLEETUNE_FOLD_METHOD: validation.method,
    FLEETUNE_FOLD_SEED: String(validation.seed + fold.repeat),
  };
}

/** What one fold runs: the training job's own specification, told which part of the data to hold out. */
export function foldTrainingJobSpec(spec: TrainingJobSpec, validation: CrossValidation, fold: Fold): TrainingJobSpec {
  const { checkpointUri } = spec;
  return {
    ...spec,
    environment: { ...spec.environment, ...foldEnvironment(validation, fold) },
    ...(checkpointUri === undefined
      ? {}
      : { checkpointUri: `${checkpointUri.replace(/\/+$/, '')}/fold-${fold.repeat}-${fold.index}` }),
  };
}

/** What the folds of one training job gave together. */
export interface FoldSummary {
  readonly count: number;
  readonly mean: number;
  /** Of the sample, by n - 1; 0 for one value. */
  readonly standardDeviation: number;
  /** Of the mean. */
  readonly standardError: number;
  readonly min: number;
  readonly max: number;
}

/** @returns undefined for no values. */
export function summarizeFolds(values: readonly number[]): FoldSummary | undefined {
  const count = values.length;
  if (count === 0) return undefined;
  const [min, max] = [Math.min(...values), Math.max(...values)];
  // Rounding must not put the mean of equal values beside them.
  const mean = Math.min(max, Math.max(min, values.reduce((sum, value) => sum + value, 0) / count));
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardDeviation = count === 1 ? 0 : Math.sqrt(squares / (count - 1));
  return {
    count,
    mean,
    standardDeviation,
    standardError: standardDeviation / Math.sqrt(count),
    min,
    max,
  };
}

/** Fewer folds say too little. */
const MIN_FOLDS_TO_JUDGE = 2;

/**
 * The forgiving rule: hopeless is a training job whose mean over the folds so far is worse than the worst fold of the best
 * training job (Bergman, Purucker and Hutter 2024, "Don't Waste Your Time: Early Stopping Cross-Validation").
 */
export function isHopelessByFolds(
  type: ObjectiveType,
  values: readonly number[],
  foldsOfBest: readonly number[],
): boolean {
  const [summary, best] = [summarizeFolds(values), summarizeFolds(foldsOfBest)];
  if (summary === undefined || best === undefined || summary.count < MIN_FOLDS_TO_JUDGE) return false;
  return isBetter(type, type === 'Maximize' ? best.min : best.max, summary.mean);
}
