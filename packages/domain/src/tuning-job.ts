import type { CrossValidation } from './cross-validation.js';
import type { Objective } from './objective.js';
import { type Configuration, formatParameterValue, type ParameterRange } from './parameter-range.js';
import type { TrainingJobSpec } from './training-job.js';

/** SageMaker's four strategies and our own. */
export type StrategyName = 'Random' | 'Grid' | 'Bayesian' | 'Hyperband' | 'Sobol' | 'TPE' | 'CMA-ES' | 'BOHB';

export interface StrategySpec {
  readonly name: StrategyName;
  /** Epochs a training job runs at least and at most (Hyperband). */
  readonly minResource?: number;
  readonly maxResource?: number;
}

export interface ResourceLimits {
  /** Undefined only with Grid, where it is the number of combinations, or where another criterion ends the job. */
  readonly maxTrainingJobs?: number;
  readonly maxParallelTrainingJobs: number;
  readonly maxRuntimeSeconds?: number;
}

export interface CompletionCriteria {
  readonly targetObjectiveValue?: number;
  readonly maxTrainingJobsNotImproving?: number;
  readonly completeOnConvergence: boolean;
}

/**
 * Identical: the parents measured the same thing, so their results count as the search's own. Transfer: they measured
 * something related, so only what is good and bad in them counts.
 */
export type WarmStartType = 'IdenticalDataAndAlgorithm' | 'TransferLearning';

export interface WarmStart {
  readonly type: WarmStartType;
  /** Names of 1 to 5 tuning jobs that have ended. */
  readonly parentNames: readonly string[];
}

/** What a tuning job varies and how each training is run. Several make a multi-algorithm tuning job. */
export interface TrainingJobDefinition {
  /** Empty string when there is only one. */
  readonly name: string;
  readonly objective: Objective;
  readonly ranges: readonly ParameterRange[];
  /** `hyperparameters` holds the static ones. */
  readonly template: TrainingJobSpec;
}

export interface TuningJobSpec {
  readonly strategy: StrategySpec;
  /** Seeds every random choice of the search. */
  readonly seed: number;
  readonly limits: ResourceLimits;
  readonly completion: CompletionCriteria;
  readonly earlyStopping: 'Off' | 'Auto';
  readonly warmStart?: WarmStart;
  readonly crossValidation?: CrossValidation;
  /** At least one. */
  readonly definitions: readonly TrainingJobDefinition[];
}

export type TuningJobStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped';

export function isTerminalTuningJobStatus(status: TuningJobStatus): status is 'Completed' | 'Failed' | 'Stopped' {
  return status === 'Completed' || status === 'Failed' || status === 'Stopped';
}

/** Why a tuning job launched no more training jobs. */
export type CompletionReason =
  | 'MaxTrainingJobsReached'
  | 'SearchSpaceExhausted'
  | 'TargetObjectiveReached'
  | 'NotImproving'
  | 'Converged'
  | 'MaxRuntimeReached'
  | 'StoppedByUser'
  | 'AllTrainingJobsFailed';

/** Hyperparameter by which SageMaker tells a training program the objective it is tuned for. */
export const OBJECTIVE_HYPERPARAMETER = '_tuning_objective_metric';

/** What one suggestion of a tuning job runs: the definition's template with the tuned values filled in. */
export function tunedTrainingJobSpec(definition: TrainingJobDefinition, configuration: Configuration): TrainingJobSpec {
  const tuned = Object.entries(configuration).map(([name, value]) => [name, formatParameterValue(value)] as const);
  return {
    ...definition.template,
    hyperparameters: {
      ...definition.template.hyperparameters,
      ...Object.fromEntries(tuned),
      [OBJECTIVE_HYPERPARAMETER]: definition.objective.metricName,
    },
    objective: definition.objective,
  };
}
