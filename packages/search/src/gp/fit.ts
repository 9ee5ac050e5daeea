import { Cholesky } from '../linear-algebra/cholesky.js';
import { type Differentiable, minimise } from '../linear-algebra/lbfgs.js';
import { dot } from '../linear-algebra/vector.js';
import {
  addNegativeLogPrior,
  fromLogVector,
  type Hyperparameters,
  logVectorBox,
  toLogVector,
} from './hyperparameters.js';
import { type KernelLayout, relevantDimension } from './kernel.js';

const SQRT5 = Math.sqrt(5);

/** Prior variance of the process mean; outcomes are standardised, so their mean is near zero. */
const MEAN_VARIANCE = 1;

export interface FitData {
  readonly layout: KernelLayout;
  readonly points: readonly Float64Array[];
  /** Standardised outcomes. */
  readonly values: Float64Array;
  /** Known extra noise variance of each value. */
  readonly extraNoise: Float64Array;
}

/**
 * Maximises the posterior density of the hyperparameters from each start and keeps the best end.
 *
 * @param maxEvaluations of the density per start; each costs O(n^3).
 */
export function fitHyperparameters(
  data: FitData,
  starts: readonly Hyperparameters[],
  maxEvaluations: number,
): Hyperparameters {
  const objective = negativeLogPosterior(data);
  const box = logVectorBox(relevantDimension(data.layout));
  const ends = starts.map((start) =>
    minimise(objective, toLogVector(start), box, { maxEvaluations, gradientTolerance: 1e-3, valueTolerance: 1e-5 }),
  );
  const best = ends.reduce((least, end) => (end.value < least.value ? end : least));
  return fromLogVector(best.x);
}

/** Negative log of marginal likelihood times prior, up to a constant, by the log-vector of hyperparameters. */
export function negativeLogPosterior(data: FitData): Differentiable {
  const { values, extraNoise } = data;
  const n = values.length;
  const pairs = pairDifferences(data);
  const { numericCount, width } = pairs;
  const matrix = new Float64Array(n * n);
  const inverse = new Float64Array(n * n);
  const steepness = new Float64Array((n * (n - 1)) / 2);
  const factor = new Cholesky(n);
  const ones = new Float64Array(n).fill(1);

  return (vector, gradient) => {
    const weights = vector.slice(0, width).map((log, k) => Math.exp(k < numericCount ? -2 * log : -log));
    const signalVariance = Math.exp(vector[width] as number);
    const noiseVariance = Math.exp(vector[width + 1] as number);
    fillCovariance(matrix, steepness, pairs, weights, signalVariance, n);
    for (let i = 0; i < n; i++) matrix[i * n + i] = signalVariance + noiseVariance + (extraNoise[i] as number);
    gradient.fill(0);
    if (Number.isNaN(factor.factorise(matrix, n))) return Number.POSITIVE_INFINITY;

    const { mean, alpha } = residualWeights(factor, values, ones);
    let quadratic = 0;
    for (let i = 0; i < n; i++) quadratic += (alpha[i] as number) * ((values[i] as number) - mean);

    factor.inverseLower(inverse);
    let signalTrace = 0;
    let noiseTrace = 0;
    let pair = 0;
    for (let i = 0; i < n; i++) {
      const alphaI = alpha[i] as number;
      for (let j = 0; j < i; j++, pair++) {
        // Twice half: the pair stands on both sides of the diagonal.
        const weight = (inverse[i * n + j] as number) - alphaI * (alpha[j] as number);
        signalTrace += weight * (matrix[i * n + j] as number);
        const numericFactor = weight * (steepness[pair] as number);
        const start = pair * width;
        for (let k = 0; k < numericCount; k++) {
          gradient[k] = (gradient[k] as number) + numericFactor * (pairs.differences[start + k] as number);
        }
        const categoricalFactor = weight * (matrix[i * n + j] as number);
        for (let k = numericCount; k < width; k++) {
          gradient[k] = (gradient[k] as number) + categoricalFactor * (pairs.differences[start + k] as number);
        }
      }
      const diagonal = 0.5 * ((inverse[i * n + i] as number) - alphaI * alphaI);
      signalTrace += diagonal * signalVariance;
      noiseTrace += diagonal * noiseVariance;
    }
    for (let k = 0; k < width; k++) gradient[k] = (gradient[k] as number) * (weights[k] as number);
    gradient[width] = signalTrace;
    gradient[width + 1] = noiseTrace;
    const logPosterior = 0.5 * (quadratic + factor.logDeterminant() + (mean * mean) / MEAN_VARIANCE);
    return logPosterior + addNegativeLogPrior(vector, gradient);
  };
}

/**
 * The most probable process mean, and A^-1 (values - mean). The mean maximises what `negativeLogPosterior` measures, so
 * its own change does not enter the gradient.
 */
export function residualWeights(
  factor: Cholesky,
  values: Float64Array,
  ones: Float64Array,
): { mean: number; alpha: Float64Array } {
  const n = values.length;
  const solvedOnes = ones.slice(0, n);
  factor.solve(solvedOnes);
  const precision = dot(solvedOnes, 0, ones, 0, n) + 1 / MEAN_VARIANCE;
  const mean = dot(solvedOnes, 0, values, 0, n) / precision;
  const alpha = values.slice();
  factor.solve(alpha);
  for (let i = 0; i < n; i++) alpha[i] = (alpha[i] as number) - mean * (solvedOnes[i] as number);
  return { mean, alpha };
}

interface PairDifferences {
  /** For each pair (i, j < i): squared numeric differences, then 1 for each categorical coordinate that differs. */
  readonly differences: Float64Array;
  readonly numericCount: number;
  readonly width: number;
}

function pairDifferences({ layout, points }: FitData): PairDifferences {
  const width = relevantDimension(layout);
  const numericCount = layout.numeric.length;
  const differences = new Float64Array((width * points.length * (points.length - 1)) / 2);
  let next = 0;
  for (let i = 0; i < points.length; i++) {
    const a = points[i] as Float64Array;
    for (let j = 0; j < i; j++) {
      const b = points[j] as Float64Array;
      for (const k of layout.numeric) differences[next++] = ((a[k] as number) - (b[k] as number)) ** 2;
      for (const k of layout.categorical) differences[next++] = a[k] === b[k] ? 0 : 1;
    }
  }
  return { differences, numericCount, width };
}

/** Fills the lower triangle of the covariance matrix, and per pair the factor that its lengthscale derivatives share. */
function fillCovariance(
  matrix: Float64Array,
  steepness: Float64Array,
  pairs: PairDifferences,
  weights: Float64Array,
  signalVariance: number,
  n: number,
): void {
  const { differences, numericCount, width } = pairs;
  let pair = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++, pair++) {
      const start = pair * width;
      const r = Math.sqrt(dot(differences, start, weights, 0, numericCount));
      let exponent = SQRT5 * r;
      for (let k = numericCount; k < width; k++) {
        exponent += (differences[start + k] as number) * (weights[k] as number);
      }
      const decay = signalVariance * Math.exp(-exponent);
      matrix[i * n + j] = decay * (1 + SQRT5 * r + (5 / 3) * r * r);
      steepness[pair] = (5 / 3) * decay * (1 + SQRT5 * r);
    }
  }
}
