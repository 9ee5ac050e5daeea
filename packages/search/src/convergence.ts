import type { Trial } from './trial-ledger.js';

/** A tuning job whose `Strategy.convergence()` is at least this has converged. */
export const CONVERGED_FROM = 0.95;

/** What counts as no improvement, as a share of the observed range. */
const INSIGNIFICANT_SHARE = 0.01;
/** The range reaches from the best to this quantile, so that a diverged trial does not make everything look alike. */
const RANGE_QUANTILE = 0.9;
const LEAST_TRIALS = 10;

/** Objectives of the trials that have one, in the order told, lower for better. */
export function toldCosts(told: readonly Trial[], sign: number): Float64Array {
  return Float64Array.from(
    told.flatMap(({ outcome }) => {
      const objective = outcome === undefined || outcome.kind === 'Failed' ? undefined : outcome.objective;
      return objective === undefined ? [] : [sign * objective];
    }),
  );
}

/**
 * For trials that do not depend on each other, so that any order of them would have been as likely: with m of them about
 * as good as the best, the best of a random half would have been worse by more than 1 % of the range with probability
 * 2^-m, and that is what to expect of as many trials again.
 */
export function independentConvergence(costs: Float64Array): number {
  if (costs.length < LEAST_TRIALS) return 0;
  const bar = significanceBar(costs);
  const asGood = costs.reduce((count, cost) => count + (cost <= bar ? 1 : 0), 0);
  // One fewer, for the question is asked after every trial, not once.
  return 1 - 2 ** (1 - Math.max(1, asGood));
}

/**
 * For a search that learns: how near it is to the end of its patience. Patience ends, at `CONVERGED_FROM`, when for so
 * many trials in a row nothing was better by more than 1 % of the range.
 */
export function idleConvergence(costs: Float64Array, patience: number): number {
  if (costs.length < LEAST_TRIALS) return 0;
  const bar = significanceBar(costs);
  const idle = costs.length - 1 - costs.findIndex((cost) => cost <= bar);
  return Math.min(1, (CONVERGED_FROM * idle) / patience);
}

/** What is as good as the best but for 1 % of the range. */
function significanceBar(costs: Float64Array): number {
  const sorted = costs.slice().sort();
  const best = sorted[0] as number;
  const worst = sorted[Math.floor(RANGE_QUANTILE * (sorted.length - 1))] as number;
  // Halved, or the widest ranges would overflow.
  return best + 2 * INSIGNIFICANT_SHARE * (worst / 2 - best / 2);
}
