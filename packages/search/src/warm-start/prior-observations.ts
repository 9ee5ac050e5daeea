import type { Configuration, ParameterValue } from '@fleetune/domain';
import type { Axis } from '../axis.js';
import type { SearchSpace } from '../space.js';
import type { PriorTrial, SearchProblem, Suggestion, TrialOutcome } from '../strategy.js';
import { withFiniteObjective } from '../trial-ledger.js';

/** A prior trial in the words of the new search. */
export interface PriorObservation {
  readonly parent: number;
  readonly ageRank: number;
  /** In the scale of the new ranges; coordinates of values outside of them are below 0 or above 1. */
  readonly point: Float64Array;
  /** The configuration itself, when it is one of the new space. */
  readonly configuration: Configuration | undefined;
  /** Share of the hyperparameters whose value is not known; they stand in the middle. */
  readonly unknownShare: number;
  /** Lower is better; NaN teaches only that the region is bad. */
  readonly cost: number;
  readonly standardError: number;
}

/** Further outside than this many widths of the range, a trial says nothing about what is inside. */
const FURTHEST_OUTSIDE = 2;

/**
 * The prior trials of each definition's space. Those that make no sense there are left aside: no definition, no value
 * that fits, a word that is none of the range's.
 */
export function priorObservations(problem: SearchProblem, spaces: readonly SearchSpace[]): PriorObservation[][] {
  const sign = problem.objectiveType === 'Maximize' ? -1 : 1;
  const observations: PriorObservation[][] = spaces.map(() => []);
  for (const prior of problem.priors ?? []) {
    const space = spaces[prior.definition];
    const observation = space && observe(prior, space, sign);
    if (observation !== undefined) observations[prior.definition]?.push(observation);
  }
  return observations;
}

/** Configurations that need not be evaluated again, because they were and nothing has changed since. */
export function evaluatedBefore(problem: SearchProblem, spaces: readonly SearchSpace[]): Omit<Suggestion, 'index'>[] {
  if (problem.warmStart !== 'IdenticalDataAndAlgorithm') return [];
  return priorObservations(problem, spaces).flatMap((observations, definition) =>
    observations.flatMap(({ configuration }) => (configuration === undefined ? [] : [{ definition, configuration }])),
  );
}

function observe(prior: PriorTrial, space: SearchSpace, sign: number): PriorObservation | undefined {
  const values = space.axes.map((axis) => knownValue(prior.configuration?.[axis.range.name], axis));
  const point = Float64Array.from(space.axes, (axis, k) => {
    const value = values[k];
    return value === undefined ? 0.5 : axis.encodeFreely(value);
  });
  if (!point.every((unit) => unit >= -FURTHEST_OUTSIDE && unit <= 1 + FURTHEST_OUTSIDE)) return undefined;
  const unknownCount = values.filter((value) => value === undefined).length;
  if (unknownCount === values.length) return undefined;
  const outcome: TrialOutcome = withFiniteObjective(prior.outcome ?? { kind: 'Failed' });
  const objective = outcome.kind === 'Failed' ? undefined : outcome.objective;
  const error = outcome.kind === 'Completed' ? (outcome.standardError ?? 0) : 0;
  return {
    parent: prior.parent,
    ageRank: prior.ageRank ?? prior.parent,
    point,
    configuration: space.axes.every((axis, k) => isOf(axis, values[k]))
      ? Object.fromEntries(space.axes.map((axis, k) => [axis.range.name, values[k] as ParameterValue]))
      : undefined,
    unknownShare: unknownCount / values.length,
    cost: objective === undefined ? Number.NaN : sign * objective,
    standardError: Number.isFinite(error) && error > 0 ? error : 0,
  };
}

/** Undefined when the parent did not say, or said something that is no value of such a range. */
function knownValue(value: ParameterValue | undefined, axis: Axis): ParameterValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (axis.range.kind === 'categorical') return String(value);
  const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function isOf({ range }: Axis, value: ParameterValue | undefined): boolean {
  if (value === undefined) return false;
  if (range.kind === 'categorical') return range.values.includes(String(value));
  const isInside = (value as number) >= range.min && (value as number) <= range.max;
  return isInside && (range.kind === 'continuous' || Number.isInteger(value));
}
