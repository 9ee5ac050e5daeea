import type { ParameterRanges } from '@aws-sdk/client-sagemaker';
import type { ParameterRange, TuningJobSpec } from '@fleetune/domain';
import { rangeFromHint, UnusableHintError } from '@fleetune/search';
import { type ConstraintFault, elementPath, joinPath } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';

/** What became of hyperparameters that were given by an example value. */
export interface AutoParameters {
  readonly ranges: readonly ParameterRange[];
  /** Those that cannot be varied on the strength of one example: they keep it. */
  readonly hyperparameters: Readonly<Record<string, string>>;
}

/** Chooses ranges for `AutoParameters`, which need Autotune. */
export function autoParameters(
  { AutoParameters: hints = [] }: Validated<ParameterRanges>,
  isAutotuned: boolean,
  path: string,
  faults: ConstraintFault[],
): AutoParameters {
  const ranges: ParameterRange[] = [];
  const hyperparameters: Record<string, string> = {};
  if (hints.length > 0 && !isAutotuned) {
    faults.push({
      path: joinPath(path, 'autoParameters'),
      value: hints,
      constraint: 'Member must be left out unless autotune.mode is Enabled',
    });
  }
  for (const [index, { Name: name, ValueHint: hint }] of hints.entries()) {
    if (hints.findIndex((earlier) => earlier.Name === name) < index) {
      faults.push({
        path: elementPath(joinPath(path, 'autoParameters'), index),
        value: name,
        constraint: 'Member must name each hyperparameter once',
      });
    }
    const range = rangeOf(name, hint);
    if (range === undefined) hyperparameters[name] = hint;
    else ranges.push(range);
  }
  return { ranges, hyperparameters };
}

/** Undefined for an example that says nothing of what else the hyperparameter may be, such as a word. */
function rangeOf(name: string, hint: string): ParameterRange | undefined {
  try {
    const range = rangeFromHint(name, hint);
    return range.kind === 'categorical' && range.values.length === 1 ? undefined : range;
  } catch (error) {
    if (error instanceof UnusableHintError) return undefined;
    throw error;
  }
}

/** So many training jobs for each tuned hyperparameter, from these to those: about where the Bayesian search levels off. */
const TRAINING_JOBS_PER_HYPERPARAMETER = 10;
const TRAINING_JOBS_RANGE = [20, 200] as const;
const MAXIMUM_RETRY_ATTEMPTS = 3;

/** What a request for a tuning job left open and Autotune chooses. */
export interface LeftOpen {
  readonly maxTrainingJobs: boolean;
  readonly earlyStopping: boolean;
  readonly completeOnConvergence: boolean;
}

/** The tuning job with everything filled in that Autotune chooses and the request left open. */
export function autotuned(spec: TuningJobSpec, open: LeftOpen): TuningJobSpec {
  const tunedCount = spec.definitions.reduce((sum, definition) => sum + definition.ranges.length, 0);
  const [fewest, most] = TRAINING_JOBS_RANGE;
  const maxTrainingJobs = Math.min(most, Math.max(fewest, TRAINING_JOBS_PER_HYPERPARAMETER * tunedCount));
  const canStopEarly = spec.definitions.length === 1 && spec.strategy.name !== 'Hyperband';
  return {
    ...spec,
    limits: open.maxTrainingJobs && spec.strategy.name !== 'Grid' ? { ...spec.limits, maxTrainingJobs } : spec.limits,
    earlyStopping: open.earlyStopping && canStopEarly ? 'Auto' : spec.earlyStopping,
    completion: open.completeOnConvergence ? { ...spec.completion, completeOnConvergence: true } : spec.completion,
    definitions: spec.definitions.map((definition) => ({
      ...definition,
      template: {
        ...definition.template,
        maximumRetryAttempts: definition.template.maximumRetryAttempts || MAXIMUM_RETRY_ATTEMPTS,
      },
    })),
  };
}
