import type { Configuration, ParameterRange, ParameterValue } from './parameter-range.js';
import type { Algorithm } from './training-job.js';
import {
  isTerminalTuningJobStatus,
  type TrainingJobDefinition,
  type TuningJobSpec,
  type TuningJobStatus,
  type WarmStartType,
} from './tuning-job.js';

/** What a warm start has to know of a parent. */
export interface WarmStartParent {
  readonly name: string;
  readonly status: TuningJobStatus;
  readonly spec: TuningJobSpec;
  /** Training jobs it launched. */
  readonly launched: number;
}

export const MAX_WARM_START_PARENTS = 5;

/** Two for each hyperparameter that turned from tuned to static or has another static value. */
const MAX_STATIC_CHANGES = 10;
const COST_OF_A_CHANGE = 2;

/** A hyperparameter that script mode sets for itself (where the source lies, the job's name), not for the program. */
const SCRIPT_MODE_PREFIX = 'sagemaker_';

/**
 * One sentence for each thing that keeps `child` from being warm-started with `parents`, by the restrictions of
 * SageMaker's guide ("Warm Start Tuning Restrictions"); empty when it can be.
 *
 * @param maxTrainingJobs that the tuning job and its parents may have together.
 */
export function warmStartFaults(
  child: TuningJobSpec,
  parents: readonly WarmStartParent[],
  maxTrainingJobs: number,
): string[] {
  const { warmStart, strategy } = child;
  if (warmStart === undefined) return [];
  const faults: string[] = [];
  const count = warmStart.parentNames.length;
  if (count < 1 || count > MAX_WARM_START_PARENTS) {
    faults.push(`A warm start takes 1 to ${MAX_WARM_START_PARENTS} parent tuning jobs; ${count} are given.`);
  }
  if (new Set(warmStart.parentNames).size < count) {
    faults.push('A parent tuning job is given twice; name each once.');
  }
  if (NOT_WARM.has(strategy.name)) {
    faults.push(`Warm start does not work with the strategy ${strategy.name}, which learns nothing; use Bayesian.`);
  }
  const [definition] = child.definitions;
  if (child.definitions.length !== 1 || definition === undefined) {
    return [...faults, 'Warm start works with one training job definition; tune one algorithm at a time.'];
  }
  faults.push(...parents.flatMap((parent) => parentFaults(definition, parent, warmStart.type)));
  const launched = parents.reduce((sum, parent) => sum + parent.launched, 0);
  const all = launched + (child.limits.maxTrainingJobs ?? 0);
  if (all > maxTrainingJobs) {
    faults.push(
      `The parents launched ${launched} training jobs; with the ${child.limits.maxTrainingJobs ?? 0} of this tuning job that is more than the ${maxTrainingJobs} a tuning job may have.`,
    );
  }
  return faults;
}

const NOT_WARM: ReadonlySet<string> = new Set(['Grid', 'Sobol', 'Hyperband']);

function parentFaults(child: TrainingJobDefinition, parent: WarmStartParent, type: WarmStartType): string[] {
  const named = `Parent tuning job "${parent.name}"`;
  const [definition] = parent.spec.definitions;
  if (parent.spec.definitions.length !== 1 || definition === undefined) {
    return [`${named} tunes several algorithms; warm start works with parents of one training job definition.`];
  }
  const faults: string[] = [];
  if (!isTerminalTuningJobStatus(parent.status)) {
    faults.push(`${named} is ${parent.status}; a parent must be Completed, Stopped or Failed. Wait for it or stop it.`);
  }
  const { objective } = definition;
  if (objective.metricName !== child.objective.metricName || objective.type !== child.objective.type) {
    faults.push(
      `${named} has the objective ${objective.type} "${objective.metricName}"; it must be the same as here, ${child.objective.type} "${child.objective.metricName}".`,
    );
  }
  if (
    type === 'IdenticalDataAndAlgorithm' &&
    !isSameAlgorithm(definition.template.algorithm, child.template.algorithm)
  ) {
    faults.push(
      `${named} trains another algorithm; IdenticalDataAndAlgorithm needs the same one. Use TransferLearning.`,
    );
  }
  return [...faults, ...hyperparameterFaults(named, child, definition)];
}

function hyperparameterFaults(named: string, child: TrainingJobDefinition, parent: TrainingJobDefinition): string[] {
  const faults: string[] = [];
  const [here, there] = [hyperparameterNames(child), hyperparameterNames(parent)];
  if (here.size !== there.size) {
    faults.push(
      `${named} has ${there.size} hyperparameters, static and tuned together, and this tuning job ${here.size}; the number must be the same.`,
    );
  }
  for (const range of child.ranges) {
    const earlier = parent.ranges.find((candidate) => candidate.name === range.name);
    if (earlier !== undefined && earlier.kind !== range.kind) {
      faults.push(
        `Hyperparameter "${range.name}" is ${range.kind} here and ${earlier.kind} in ${named}; its type must not change.`,
      );
    }
  }
  const changes = COST_OF_A_CHANGE * staticChanges(child, parent).length;
  if (changes > MAX_STATIC_CHANGES) {
    faults.push(
      `${changes} changes from tuned to static or of static values against ${named} (each counts ${COST_OF_A_CHANGE}); at most ${MAX_STATIC_CHANGES} are allowed.`,
    );
  }
  return faults;
}

/** Names of static hyperparameters that were tuned in the parent or had another value there. */
function staticChanges(child: TrainingJobDefinition, parent: TrainingJobDefinition): string[] {
  return Object.entries(child.template.hyperparameters)
    .filter(([name]) => !name.startsWith(SCRIPT_MODE_PREFIX))
    .filter(([name, value]) => {
      if (parent.ranges.some((range) => range.name === name)) return true;
      const earlier = parent.template.hyperparameters[name];
      return earlier !== undefined && earlier !== value;
    })
    .map(([name]) => name);
}

function hyperparameterNames({ ranges, template }: TrainingJobDefinition): Set<string> {
  return new Set([...ranges.map((range) => range.name), ...Object.keys(template.hyperparameters)]);
}

/** Where a source lies and which version of an image it is may change; what is trained may not. */
function isSameAlgorithm(a: Algorithm, b: Algorithm): boolean {
  if (a.kind === 'script' && b.kind === 'script') return a.entryPoint === b.entryPoint;
  if (a.kind === 'builtin' && b.kind === 'builtin') return a.name === b.name;
  if (a.kind === 'image' && b.kind === 'image') return imageName(a.image) === imageName(b.image);
  return a.kind === 'command' && b.kind === 'command' && a.command.join('\0') === b.command.join('\0');
}

function imageName(image: string): string {
  return image.replace(/@sha256:.*$/, '').replace(/:[^:/]*$/, '');
}

/** A result of a parent in the child's words. */
export interface PriorPoint {
  /** Values of the child's tuned hyperparameters, as far as the parent had them; they may lie outside the ranges. */
  readonly configuration: Configuration;
  /** False when a hyperparameter that is static here had another value then: it measured something else. */
  readonly isSameFunction: boolean;
}

/** Says what a training job of a parent tried, in the words of `child`. */
export function priorPoint(
  child: TrainingJobDefinition,
  parent: TrainingJobDefinition,
  configuration: Configuration,
): PriorPoint {
  const valueThen = (name: string): ParameterValue | undefined =>
    configuration[name] ?? parent.template.hyperparameters[name];
  const values = child.ranges.flatMap((range) => {
    const value = asValueOf(range, valueThen(range.name));
    return value === undefined ? [] : [[range.name, value] as const];
  });
  const isSameFunction = Object.entries(child.template.hyperparameters)
    .filter(([name]) => !name.startsWith(SCRIPT_MODE_PREFIX))
    .every(([name, value]) => {
      const then = valueThen(name);
      return then === undefined || String(then) === value;
    });
  return { configuration: Object.fromEntries(values), isSameFunction };
}

/** A static value is text; a number of the range is made of it where it is one. */
function asValueOf(range: ParameterRange, value: ParameterValue | undefined): ParameterValue | undefined {
  if (value === undefined) return undefined;
  if (range.kind === 'categorical') return String(value);
  const number = Number(value);
  return Number.isFinite(number) && String(value).trim() !== '' ? number : undefined;
}
