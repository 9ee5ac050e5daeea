import { randomInt } from 'node:crypto';
import {
  type CrossValidation,
  type ParameterRange,
  rangeFaults,
  type TrainingJobSpec,
  type TuningJobSpec,
} from '@fleetune/domain';
import type { CreateTuningJob } from '@fleetune/scheduler';
import { rangeFromHint, UnusableHintError } from '@fleetune/search';
import { closestWord } from './contract/closest-word.js';
import type { Fault } from './contract/fault.js';
import type { CreateTuningJobBody } from './contract/tuning-job.js';
import { InvalidJobError } from './invalid-job-error.js';
import { madeUpName } from './made-up-name.js';
import { type RequestDefaults, trainingTemplate } from './training-template.js';

const MAX_TUNED_HYPERPARAMETERS = 30;
const MAX_SEED = 2 ** 31 - 1;

/**
 * Turns a body that has the contract's form into what the scheduler is asked.
 *
 * @throws InvalidJobError with every fault at once.
 */
export function tuningJobRequest(body: CreateTuningJobBody, defaults: RequestDefaults): CreateTuningJob {
  const faults: Fault[] = [];
  const objective = { type: body.objective.type, metricName: body.objective.metric };
  const template = trainingTemplate(body, objective, defaults, faults);
  const ranges = parameterRanges(body, faults);
  checkObjective(template, objective.metricName, faults);
  checkEnd(body, faults);
  if (faults.length > 0) throw new InvalidJobError(faults);
  const seed = body.seed ?? randomInt(MAX_SEED);
  const spec: TuningJobSpec = {
    strategy: strategy(body.strategy),
    seed,
    limits: body.limits,
    completion: { ...body.completion, completeOnConvergence: body.completion?.completeOnConvergence ?? false },
    earlyStopping: body.earlyStopping ?? 'Off',
    ...(body.crossValidation ? { crossValidation: crossValidation(body.crossValidation, seed) } : {}),
    ...(body.warmStart ? { warmStart: { type: body.warmStart.type, parentNames: body.warmStart.parents } } : {}),
    definitions: [{ name: '', objective, ranges, template }],
  };
  const name = body.name ?? madeUpName(template.algorithm, 32);
  return { name, spec, origin: { api: 'fleetune', request: body }, tags: body.tags ?? {} };
}

function strategy(body: CreateTuningJobBody['strategy']): TuningJobSpec['strategy'] {
  if (body === undefined) return { name: 'Bayesian' };
  return typeof body === 'string' ? { name: body } : body;
}

function crossValidation(body: NonNullable<CreateTuningJobBody['crossValidation']>, seed: number): CrossValidation {
  const { folds, repeats = 1 } = body;
  return {
    folds,
    repeats,
    method: body.method ?? 'KFold',
    seed: body.seed ?? seed,
    maxParallelFolds: body.maxParallelFolds ?? folds * repeats,
    minSucceededFolds: body.minSucceededFolds ?? folds * repeats,
    stopHopeless: body.stopHopeless ?? false,
  };
}

function parameterRanges(body: CreateTuningJobBody, faults: Fault[]): ParameterRange[] {
  const entries = Object.entries(body.ranges);
  if (entries.length === 0) faults.push({ path: ['ranges'], message: 'Give at least one hyperparameter to tune.' });
  if (entries.length > MAX_TUNED_HYPERPARAMETERS) {
    faults.push({
      path: ['ranges'],
      message: `${entries.length} hyperparameters are tuned; at most ${MAX_TUNED_HYPERPARAMETERS} may be.`,
    });
  }
  return entries.map(([name, rangeBody]) => {
    if ('hint' in rangeBody) return hintedRange(name, String(rangeBody.hint), faults);
    const range = parameterRange(name, rangeBody);
    if (range === undefined) {
      faults.push({
        path: ['ranges', name, 'scaling'],
        message: 'ReverseLogarithmic is for continuous ranges; an integer range takes Auto, Linear or Logarithmic.',
      });
      return { kind: 'categorical', name, values: [] };
    }
    faults.push(...rangeFaults([range]).map((message) => ({ path: ['ranges', name], message })));
    if (body.hyperparameters?.[name] !== undefined) {
      faults.push({
        path: ['hyperparameters', name],
        message: `"${name}" is tuned in "ranges" as well; a hyperparameter is either static or tuned.`,
      });
    }
    return range;
  });
}

function hintedRange(name: string, hint: string, faults: Fault[]): ParameterRange {
  try {
    return rangeFromHint(name, hint);
  } catch (error) {
    if (!(error instanceof UnusableHintError)) throw error;
    faults.push({ path: ['ranges', name, 'hint'], message: error.message });
    return { kind: 'categorical', name, values: [hint] };
  }
}

/** A range that is written out. */
type WrittenRange = Exclude<CreateTuningJobBody['ranges'][string], { readonly hint: unknown }>;

/** Undefined when an integer range asks for a scale it cannot have. */
function parameterRange(name: string, body: WrittenRange): ParameterRange | undefined {
  if ('values' in body) return { kind: 'categorical', name, values: body.values.map(String) };
  const { min, max, scaling = 'Auto' } = body;
  if (body.type !== 'integer') return { kind: 'continuous', name, min, max, scaling };
  return scaling === 'ReverseLogarithmic' ? undefined : { kind: 'integer', name, min, max, scaling };
}

function checkObjective(template: TrainingJobSpec, metricName: string, faults: Fault[]): void {
  const known = template.metricDefinitions.map((metric) => metric.name);
  if (known.includes(metricName) || faults.some((fault) => fault.path[0] === 'algorithm')) return;
  const meant = closestWord(metricName, known);
  const hint =
    meant !== undefined
      ? `did you mean "${meant}"?`
      : known.length > 0
        ? `the metrics of this job are ${known.join(', ')}.`
        : 'give its regular expression in "metrics".';
  faults.push({ path: ['objective', 'metric'], message: `No metric is called "${metricName}"; ${hint}` });
}

/** Without a number of training jobs something else must end the search. */
function checkEnd(body: CreateTuningJobBody, faults: Fault[]): void {
  const ends =
    body.limits.maxTrainingJobs !== undefined ||
    body.limits.maxRuntimeSeconds !== undefined ||
    strategy(body.strategy).name === 'Grid' ||
    Object.values(body.completion ?? {}).some((criterion) => criterion !== undefined && criterion !== false);
  if (ends) return;
  faults.push({
    path: ['limits'],
    message: 'Nothing would end this search; give maxTrainingJobs, maxRuntimeSeconds or a completion criterion.',
  });
}
