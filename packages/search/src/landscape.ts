import type { Configuration, ParameterRange } from '@fleetune/domain';
import { kernelLayout } from './gp/kernel.js';
import { Surrogate } from './gp/surrogate.js';
import { SearchSpace } from './space.js';

/** A configuration and the objective that it gave; finite. */
export interface SeenTrial {
  readonly configuration: Configuration;
  readonly objective: number;
}

/** What a Gaussian process makes of trials, for people to look at. */
export interface Landscape {
  /** The expected objective of a configuration and how unsure that is (standard deviation), both in its own unit. */
  predict(configuration: Configuration): { readonly mean: number; readonly deviation: number };
}

/** Outcomes farther from the quartiles than so many of their distances bend the model without teaching it anything. */
const FARTHEST_QUARTILE_DISTANCES = 3;

/**
 * Fits the model that the Bayesian strategy searches with to what is known, without the warp of bad outcomes that helps a
 * search but not its reader.
 *
 * @param trials at least one, each with a value for every range.
 */
export function fitLandscape(ranges: readonly ParameterRange[], trials: readonly SeenTrial[]): Landscape {
  const space = new SearchSpace(ranges);
  const objectives = withoutExtremes(trials.map(({ objective }) => objective));
  const mean = objectives.reduce((sum, one) => sum + one, 0) / objectives.length;
  const spread = Math.sqrt(objectives.reduce((sum, one) => sum + (one - mean) ** 2, 0) / objectives.length);
  const unit = spread > 0 ? spread : 1;
  const points = trials.map(({ configuration }) => space.encode(configuration));
  const posterior = new Surrogate(kernelLayout(space)).condition(
    {
      points,
      values: Float64Array.from(objectives, (one) => (one - mean) / unit),
      extraNoise: new Float64Array(points.length),
    },
    1,
  );
  return {
    predict(configuration) {
      const predicted = posterior.predict(space.encode(configuration));
      return { mean: mean + unit * predicted.mean, deviation: unit * Math.sqrt(Math.max(0, predicted.variance)) };
    },
  };
}

function withoutExtremes(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
  const reach = FARTHEST_QUARTILE_DISTANCES * (at(0.75) - at(0.25));
  if (reach === 0) return [...values];
  return values.map((value) => Math.max(at(0.25) - reach, Math.min(at(0.75) + reach, value)));
}
