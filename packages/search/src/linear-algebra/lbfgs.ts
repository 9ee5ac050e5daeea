import { addScaled, dot } from './vector.js';

/** Writes the gradient at `x` and returns the value; infinite or NaN where the function is not defined. */
export type Differentiable = (x: Float64Array, gradient: Float64Array) => number;

/** Inclusive bounds per coordinate. */
export interface Box {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  readonly evaluations: number;
}

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

const MEMORY = 8;
const SUFFICIENT_DECREASE = 1e-4;
const MAX_HALVINGS = 20;

/**
 * Minimises inside a box: limited-memory BFGS over the coordinates that no bound holds, with a projected backtracking
 * line search (Bertsekas 1982; Nocedal and Wright, chapter 7). Never ends above where it started.
 */
export function minimise(
  objective: Differentiable,
  start: Float64Array,
  box: Box,
  options: { readonly maxEvaluations: number; readonly gradientTolerance: number; readonly valueTolerance: number },
): Minimum {
  const n = start.length;
  let x = project(Float64Array.from(start), box);
  let gradient = new Float64Array(n);
  let value = objective(x, gradient);
  let evaluations = 1;
  const pairs: Pair[] = [];
  while (Number.isFinite(value) && evaluations < options.maxEvaluations) {
    const free = freeCoordinates(x, gradient, box);
    const reduced = gradient.map((g, k) => (free[k] ? g : 0));
    if (largest(reduced) <= options.gradientTolerance) break;
    let direction = descentDirection(reduced, free, pairs);
    if (dot(direction, 0, gradient, 0, n) >= 0) {
      pairs.length = 0;
      direction = descentDirection(reduced, free, pairs);
    }
    let next: Float64Array | undefined;
    let nextValue = value;
    const nextGradient = new Float64Array(n);
    for (let halving = 0, length = 1; halving < MAX_HALVINGS && evaluations < options.maxEvaluations; halving++) {
      const trial = project(
        x.map((xk, k) => xk + length * (direction[k] as number)),
        box,
      );
      const trialValue = objective(trial, nextGradient);
      evaluations++;
      let expected = 0;
      for (let k = 0; k < n; k++) expected += (gradient[k] as number) * ((trial[k] as number) - (x[k] as number));
      if (trialValue <= value + SUFFICIENT_DECREASE * expected && trialValue < value) {
        next = trial;
        nextValue = trialValue;
        break;
      }
      length *= Number.isFinite(trialValue) ? interpolate(value, expected, trialValue) : 0.1;
    }
    if (next === undefined) {
      // The curvature pairs may mislead; without any this was plain steepest descent and there is nothing to gain.
      if (pairs.length === 0) break;
      pairs.length = 0;
      continue;
    }
    remember(pairs, x, gradient, next, nextGradient);
    const gain = value - nextValue;
    x = next;
    gradient = nextGradient;
    value = nextValue;
    if (gain <= options.valueTolerance * Math.max(1, Math.abs(value))) break;
  }
  return { x, value, evaluations };
}

function project(x: Float64Array, box: Box): Float64Array {
  for (let k = 0; k < x.length; k++) {
    x[k] = Math.min(Math.max(x[k] as number, box.lower[k] as number), box.upper[k] as number);
  }
  return x;
}

/** A coordinate is held when it stands on a bound and the descent would push it through. */
function freeCoordinates(x: Float64Array, gradient: Float64Array, box: Box): Uint8Array {
  return Uint8Array.from(x, (xk, k) => {
    const g = gradient[k] as number;
    return (xk <= (box.lower[k] as number) && g > 0) || (xk >= (box.upper[k] as number) && g < 0) ? 0 : 1;
  });
}

function descentDirection(reduced: Float64Array, free: Uint8Array, pairs: readonly Pair[]): Float64Array {
  const n = reduced.length;
  const direction = reduced.map((g) => -g);
  const newest = pairs.at(-1);
  if (newest === undefined) {
    const scale = Math.min(1, 1 / Math.max(norm(direction), 1e-300));
    return direction.map((d) => d * scale);
  }
  const weights: number[] = [];
  for (const pair of pairs.toReversed()) {
    const weight = dot(pair.step, 0, direction, 0, n) / pair.curvature;
    weights.push(weight);
    addScaled(direction, 0, -weight, pair.change, 0, n);
  }
  const scale = newest.curvature / dot(newest.change, 0, newest.change, 0, n);
  for (let k = 0; k < n; k++) direction[k] = (direction[k] as number) * scale;
  for (const pair of pairs) {
    const weight = (weights.pop() as number) - dot(pair.change, 0, direction, 0, n) / pair.curvature;
    addScaled(direction, 0, weight, pair.step, 0, n);
  }
  return direction.map((d, k) => (free[k] ? d : 0));
}

function remember(
  pairs: Pair[],
  x: Float64Array,
  gradient: Float64Array,
  next: Float64Array,
  nextGradient: Float64Array,
): void {
  const step = next.map((value, k) => value - (x[k] as number));
  const change = nextGradient.map((value, k) => value - (gradient[k] as number));
  const curvature = dot(step, 0, change, 0, x.length);
  if (curvature <= 1e-10 * norm(step) * norm(change)) return;
  pairs.push({ step, change, curvature });
  if (pairs.length > MEMORY) pairs.shift();
}

/** Where the parabola through both ends of a failed step is lowest, as a fraction of that step. */
function interpolate(value: number, slope: number, trialValue: number): number {
  const fraction = -slope / (2 * (trialValue - value - slope));
  return Number.isFinite(fraction) ? Math.min(0.5, Math.max(0.1, fraction)) : 0.5;
}

function norm(x: Float64Array): number {
  return Math.sqrt(dot(x, 0, x, 0, x.length));
}

function largest(x: Float64Array): number {
  return x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
