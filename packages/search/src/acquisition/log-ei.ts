import type { Prediction } from '../gp/posterior.js';
import { logExpectedExcess } from '../normal-distribution.js';

interface LogExpectedImprovement {
  readonly value: number;
  /** Derivatives by the prediction's mean and variance. */
  readonly byMean: number;
  readonly byVariance: number;
}

/** The logarithm of how far below `incumbent` the function is expected to be, counting nothing where it is above. */
export function logExpectedImprovement(prediction: Prediction, incumbent: number): LogExpectedImprovement {
  const deviation = Math.sqrt(Math.max(prediction.variance, 1e-300));
  const excess = logExpectedExcess((incumbent - prediction.mean) / deviation);
  return {
    value: Math.log(deviation) + excess.value,
    byMean: -excess.slope / deviation,
    byVariance: excess.densityShare / (2 * deviation * deviation),
  };
}
