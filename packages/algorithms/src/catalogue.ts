import type { MetricDefinition, ParameterRange } from '@fleetune/domain';
import { formatParameterValue } from '@fleetune/domain';
import { type BuiltinAlgorithm, readBuiltinAlgorithm } from './builtin-algorithm.js';
import { type HyperparameterDefinition, hyperparameterFault, listItems } from './hyperparameter-definition.js';

/** Every built-in algorithm: a folder of this name in `trainers/`. A new one is a folder and a line here. */
const BUILTIN_NAMES = ['xgboost'] as const;

const algorithms = new Map<string, BuiltinAlgorithm>();

/** The facts about a built-in algorithm; undefined when there is none of this name. */
export function findBuiltin(name: string): BuiltinAlgorithm | undefined {
  if (!(BUILTIN_NAMES as readonly string[]).includes(name)) return undefined;
  const known = algorithms.get(name) ?? readBuiltinAlgorithm(name);
  algorithms.set(name, known);
  return known;
}

/** Such as `@5` in `ndcg@5`. */
const ARGUMENT = String.raw`(?:@[^\s:]+)?`;

/** The names of all built-in algorithms, in alphabetical order. */
export function builtinNames(): readonly string[] {
  return BUILTIN_NAMES;
}

/**
 * The metrics a built-in algorithm can print, as `validation:accuracy` and the like, in both forms of its lines: with
 * tabs as it prints them, and with the `#011` that SageMaker's log service puts in their place.
 *
 * @throws UnknownBuiltinError
 */
export function builtinMetricDefinitions(name: string): MetricDefinition[] {
  const algorithm = requireBuiltin(name);
  return algorithm.metricSeries.flatMap((series) =>
    algorithm.metrics.map((metric) => ({
      name: `${series}:${metric.name}`,
      regex: String.raw`\[[0-9]+\].*(?:\t|#011)${series}-${metric.name}${metric.takesArgument ? ARGUMENT : ''}:([^\s#]+)`,
    })),
  );
}

/**
 * Finds what is wrong with the hyperparameters of a job that runs a built-in algorithm: unknown names, wrong types,
 * values out of range, required ones missing, ranges that cannot be searched.
 *
 * @param ranges what a tuning job searches; a tuned hyperparameter need not be among `hyperparameters`.
 * @returns one sentence per fault; empty when the job can run.
 * @throws UnknownBuiltinError
 */
export function builtinHyperparameterFaults(
  name: string,
  hyperparameters: Readonly<Record<string, string>>,
  ranges: readonly ParameterRange[] = [],
): string[] {
  const algorithm = requireBuiltin(name);
  const tuned = new Set(ranges.map((range) => range.name));
  return [
    ...Object.entries(hyperparameters).flatMap(([key, value]) => valueFaults(algorithm, key, [value])),
    ...ranges.flatMap((range) => rangeFaults(algorithm, range)),
    ...algorithm.hyperparameters.flatMap((definition) => missingFaults(definition, hyperparameters, tuned)),
    ...metricFaults(algorithm, hyperparameters),
  ];
}

/** There is no built-in algorithm of this name. */
export class UnknownBuiltinError extends Error {
  override readonly name = 'UnknownBuiltinError';
  constructor(name: string) {
    super(`There is no built-in algorithm "${name}"; there is ${BUILTIN_NAMES.join(', ')}.`);
  }
}

/** @throws UnknownBuiltinError */
export function requireBuiltin(name: string): BuiltinAlgorithm {
  const algorithm = findBuiltin(name);
  if (algorithm === undefined) throw new UnknownBuiltinError(name);
  return algorithm;
}

function valueFaults(algorithm: BuiltinAlgorithm, name: string, values: readonly string[]): string[] {
  const definition = algorithm.hyperparameters.find((known) => known.name === name);
  if (definition === undefined) {
    const meant = algorithm.hyperparameters.find((known) => known.alsoCalled?.includes(name));
    const hint = meant === undefined ? '.' : `; it is called "${meant.name}" here.`;
    return [`${algorithm.title} has no hyperparameter "${name}"${hint}`];
  }
  return values.flatMap((value) => hyperparameterFault(definition, value) ?? []);
}

function rangeFaults(algorithm: BuiltinAlgorithm, range: ParameterRange): string[] {
  const definition = algorithm.hyperparameters.find((known) => known.name === range.name);
  if (definition !== undefined && !definition.tunable) {
    return [`Hyperparameter "${range.name}" of ${algorithm.title} cannot be tuned; give it as a static one.`];
  }
  if (definition?.type === 'integer' && range.kind === 'continuous') {
    return [`Hyperparameter "${range.name}" of ${algorithm.title} is an integer; give it an integer range.`];
  }
  const ends = range.kind === 'categorical' ? range.values : [range.min, range.max].map(formatParameterValue);
  return valueFaults(algorithm, range.name, ends);
}

function missingFaults(
  definition: HyperparameterDefinition,
  given: Readonly<Record<string, string>>,
  tuned: ReadonlySet<string>,
): string[] {
  if (given[definition.name] !== undefined || tuned.has(definition.name)) return [];
  if (definition.required) return [`Hyperparameter "${definition.name}" is required.`];
  const condition = definition.requiredWhen;
  const cause = condition === undefined ? undefined : given[condition.name]?.trim();
  return condition !== undefined && cause !== undefined && condition.values.includes(cause)
    ? [`Hyperparameter "${definition.name}" is required when "${condition.name}" is ${cause}.`]
    : [];
}

function metricFaults(algorithm: BuiltinAlgorithm, given: Readonly<Record<string, string>>): string[] {
  return listItems(given.eval_metric ?? '').flatMap((item) => {
    const [name, argument] = item.split('@');
    const metric = algorithm.metrics.find((known) => known.name === name);
    if (metric !== undefined && (argument === undefined || metric.takesArgument)) return [];
    return [`Hyperparameter "eval_metric" lists "${item}", which ${algorithm.title} does not measure.`];
  });
}
