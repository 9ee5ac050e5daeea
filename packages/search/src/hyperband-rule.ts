import type { ObjectiveType } from '@fleetune/domain';
import { randomStream } from './random-stream.js';

export interface HyperbandSettings {
  /** Epochs that every training job gets, at least 1. */
  readonly minResource: number;
  /** Epochs after which a training job is finished. */
  readonly maxResource: number;
  /** At each rung the best 1/reductionFactor go on, to this many times as many epochs; more than 1. */
  readonly reductionFactor?: number;
  readonly seed: number;
  readonly objectiveType: ObjectiveType;
}

/** `Finished`: the training job has trained for the most epochs it may; it is a result, not a loser. */
export type ResourceDecision = 'Continue' | 'Stop' | 'Finished';

/** Decides which training jobs go on. A pure function of the sequence of calls: replayed, it decides the same. */
export interface ResourceRule {
  /** Value of the objective at `epoch` (1-based) of suggestion `index`. Idempotent for repeated epochs. */
  record(index: number, epoch: number, value: number): ResourceDecision;
  /** The training job has ended, however it did: what was kept only to follow it is forgotten. */
  ended(index: number): void;
}

/** The settings describe no rungs. */
export class InvalidHyperbandError extends Error {
  override readonly name = 'InvalidHyperbandError';
}

const DEFAULT_REDUCTION = 3;
/** Share of the training jobs that are not judged before the second rung, for curves that start badly and end well. */
const PATIENT_SHARE = 0.1;
/** Of the improvement since the previous rung, what is credited as still to come. */
const CREDIT = 0.3;
/** The part of the way to a rung over which values are averaged, against noise. */
const AVERAGED_SHARE = 0.25;

/**
 * Hyperband as SageMaker runs it, asynchronous and stopping (Li et al. 2020, "A System for Massively Parallel
 * Hyperparameter Tuning"): when a training job reaches a rung, minResource * reductionFactor^k epochs, it goes on only if
 * it is among the best 1/reductionFactor of all that have reached that rung so far. Nobody waits for anybody. Training
 * jobs are compared by their latest values, averaged, less a part of what they have gained since the rung before, for a
 * slow one that still improves may end better than a fast one that is done.
 *
 * @throws InvalidHyperbandError
 */
export function hyperbandRule(settings: HyperbandSettings): ResourceRule {
  return new SuccessiveHalving(settings);
}

/** Where training jobs are judged. */
export interface BracketPlan {
  /** In epochs, fewest first; all below `maxResource`. */
  readonly rungs: readonly number[];
  /** Position of the highest rung reached after so many epochs; -1 before the first. */
  rungAt(epochs: number): number;
  /** Position of the first rung that judges the suggestion: its bracket. */
  firstRung(index: number): number;
}

/** @throws InvalidHyperbandError */
export function bracketPlan({
  seed,
  minResource,
  maxResource,
  reductionFactor = DEFAULT_REDUCTION,
}: Omit<HyperbandSettings, 'objectiveType'>): BracketPlan {
  if (!(minResource >= 1 && maxResource >= minResource && reductionFactor > 1)) {
    throw new InvalidHyperbandError(
      `Hyperband needs 1 <= minResource <= maxResource and reductionFactor > 1; it has ${minResource}, ${maxResource} and ${reductionFactor}.`,
    );
  }
  const rungs: number[] = [];
  const count = Math.ceil(Math.log(maxResource / minResource) / Math.log(reductionFactor) - 1e-9);
  for (let k = 0; k < count; k++) {
    const rung = Math.ceil(minResource * reductionFactor ** k - 1e-9);
    if (rung > (rungs.at(-1) ?? 0)) rungs.push(rung);
  }
  return {
    rungs,
    rungAt: (epochs) => rungs.findLastIndex((rung) => rung <= epochs),
    firstRung: (index) => (rungs.length > 1 && randomStream(seed, 'bracket', index).uniform() < PATIENT_SHARE ? 1 : 0),
  };
}

/** A training job under way. */
interface Runner {
  epoch: number;
  decision: ResourceDecision;
  /** Position of the rung it is on the way to. */
  nextRung: number;
  /** The averaged cost at the rung before, or its first one. */
  earlier: number;
  /** Of the costs near the next rung. */
  sum: number;
  count: number;
}

class SuccessiveHalving implements ResourceRule {
  readonly #factor: number;
  readonly #sign: number;
  readonly #maxResource: number;
  readonly #plan: BracketPlan;
  readonly #rungs: readonly Rung[];
  readonly #runners = new Map<number, Runner>();

  constructor(settings: HyperbandSettings) {
    this.#factor = settings.reductionFactor ?? DEFAULT_REDUCTION;
    this.#sign = settings.objectiveType === 'Maximize' ? -1 : 1;
    this.#maxResource = settings.maxResource;
    this.#plan = bracketPlan(settings);
    this.#rungs = this.#plan.rungs.map(() => new Rung());
  }

  record(index: number, epoch: number, value: number): ResourceDecision {
    const cost = this.#sign * value;
    const runner = this.#runners.get(index) ?? newRunner(cost);
    if (epoch <= runner.epoch || runner.decision !== 'Continue') return runner.decision;
    this.#runners.set(index, runner);
    runner.epoch = epoch;
    runner.decision = epoch >= this.#maxResource ? 'Finished' : this.#follow(runner, index, cost);
    return runner.decision;
  }

  ended(index: number): void {
    this.#runners.delete(index);
  }

  #follow(runner: Runner, index: number, cost: number): ResourceDecision {
    const { rungs } = this.#plan;
    const target = rungs[runner.nextRung];
    if (target === undefined) return 'Continue';
    const reached = this.#plan.rungAt(runner.epoch);
    if (runner.epoch > (1 - AVERAGED_SHARE) * target) {
      runner.sum += cost;
      runner.count++;
    }
    if (reached < runner.nextRung) return 'Continue';
    const averaged = runner.sum / runner.count;
    const gained = Math.max(0, runner.earlier - averaged);
    Object.assign(runner, { nextRung: reached + 1, earlier: averaged, sum: 0, count: 0 });
    if (reached < this.#plan.firstRung(index)) return 'Continue';
    return (this.#rungs[reached] as Rung).judge(index, averaged - CREDIT * gained, this.#factor);
  }
}

function newRunner(cost: number): Runner {
  return { epoch: 0, decision: 'Continue', nextRung: 0, earlier: cost, sum: 0, count: 0 };
}

/** What reached a rung, and what was decided there. */
class Rung {
  /** Costs, least first; NaN is not among them but counts as worse than all. */
  readonly #costs: number[] = [];
  readonly #decisions = new Map<number, ResourceDecision>();

  judge(index: number, cost: number, factor: number): ResourceDecision {
    const known = this.#decisions.get(index);
    if (known !== undefined) return known;
    const kept = Math.max(1, Math.floor((this.#decisions.size + 1) / factor));
    const decision = !Number.isNaN(cost) && this.#insert(cost) < kept ? 'Continue' : 'Stop';
    this.#decisions.set(index, decision);
    return decision;
  }

  /** How many are as good or better. Of equals the first keeps its place. */
  #insert(cost: number): number {
    let low = 0;
    let high = this.#costs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#costs[middle] as number) <= cost) low = middle + 1;
      else high = middle;
    }
    this.#costs.splice(low, 0, cost);
    return low;
  }
}
