import type { Box } from '../linear-algebra/lbfgs.js';
import type { KernelParameters } from './kernel.js';

/** Everything about a Gaussian process that is learnt by maximising its posterior density. */
export interface Hyperparameters extends KernelParameters {
  /** Variance of the observations around the function, in the units of the (standardised) outcomes squared. */
  readonly noiseVariance: number;
}

/** A density over the logarithm of a hyperparameter: a log-normal one, with the mode of the value itself. */
interface LogNormal {
  /** Mean of the logarithm. */
  readonly location: number;
  /** Standard deviation of the logarithm. */
  readonly scale: number;
}

/** Hvarfner, Hellsten and Nardi (2024): lengthscales grow with the square root of the dimension. */
function lengthscalePrior(dimension: number): LogNormal {
  return { location: Math.SQRT2 + 0.5 * Math.log(dimension), scale: Math.sqrt(3) };
}
const SIGNAL_PRIOR: LogNormal = { location: 0.16, scale: 0.4 };
const NOISE_PRIOR: LogNormal = { location: -4, scale: 2 };

const LENGTHSCALE_BOUNDS = [0.005, 1_000] as const;
const SIGNAL_BOUNDS = [0.05, 100] as const;
const NOISE_BOUNDS = [1e-6, 1] as const;

/** The most probable hyperparameters before any observation. */
export function priorMode(dimension: number): Hyperparameters {
  const mode = ({ location, scale }: LogNormal) => Math.exp(location - scale * scale);
  return {
    lengthscales: new Float64Array(dimension).fill(mode(lengthscalePrior(dimension))),
    signalVariance: mode(SIGNAL_PRIOR),
    noiseVariance: mode(NOISE_PRIOR),
  };
}

/** Log-lengthscales, then log signal variance, then log noise variance: the vector that is optimised. */
export function toLogVector({ lengthscales, signalVariance, noiseVariance }: Hyperparameters): Float64Array {
  return Float64Array.of(...lengthscales.map(Math.log), Math.log(signalVariance), Math.log(noiseVariance));
}

export function fromLogVector(vector: Float64Array): Hyperparameters {
  const dimension = vector.length - 2;
  return {
    lengthscales: vector.slice(0, dimension).map(Math.exp),
    signalVariance: Math.exp(vector[dimension] as number),
    noiseVariance: Math.exp(vector[dimension + 1] as number),
  };
}

export function logVectorBox(dimension: number): Box {
  const bounds = [...Array.from({ length: dimension }, () => LENGTHSCALE_BOUNDS), SIGNAL_BOUNDS, NOISE_BOUNDS];
  return {
    lower: Float64Array.from(bounds, ([low]) => Math.log(low)),
    upper: Float64Array.from(bounds, ([, high]) => Math.log(high)),
  };
}

/** Negative log prior density of a log-vector up to a constant; adds its gradient to `gradient`. */
export function addNegativeLogPrior(vector: Float64Array, gradient: Float64Array): number {
  const dimension = vector.length - 2;
  const lengthscales = lengthscalePrior(dimension);
  let sum = 0;
  for (let k = 0; k < vector.length; k++) {
    const { location, scale } = k < dimension ? lengthscales : k === dimension ? SIGNAL_PRIOR : NOISE_PRIOR;
    const logarithm = vector[k] as number;
    const deviation = (logarithm - location) / scale;
    sum += 0.5 * deviation * deviation + logarithm;
    gradient[k] = (gradient[k] as number) + deviation / scale + 1;
  }
  return sum;
}
