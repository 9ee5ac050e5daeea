import type { Configuration } from '@fleetune/domain';
import { type NextPoint, nextPoint } from '../acquisition/next-point.js';
import { isNearAny, plateauRadius } from '../acquisition/plateau.js';
import { CONVERGED_FROM, idleConvergence, toldCosts } from '../convergence.js';
import { scaleOutcomes } from '../gp/outcome-scale.js';
import type { Posterior } from '../gp/posterior.js';
import { normalProbability } from '../normal-distribution.js';
import { randomStream } from '../random-stream.js';
import { SearchSpace } from '../space.js';
import type { Asked, SearchProblem, Strategy, Suggestion, TrialOutcome, TrialRecord } from '../strategy.js';
import { type Trial, TrialLedger } from '../trial-ledger.js';
import { drawUnseen } from '../unseen-draw.js';
import { evaluatedBefore, priorObservations } from '../warm-start/prior-observations.js';
import { Arm } from './bayesian/arm.js';

/**
 * Gaussian-process search by log expected improvement, after the centre of the ranges and a scrambled Sobol design. Each training-job definition has
 * its own model of one common scale of outcomes, and the definition that promises most is next.
 */
export function createBayesian(problem: SearchProblem): Strategy {
  return new Bayesian(problem);
}

/** Of one ask; each costs more than the one before. What is asked for beyond is spread evenly. */
const MOST_BY_MODEL = 32;
/** Pending trials that the model knows of: the newest. */
const MOST_PENDING = 128;
/** Fewer outcomes than this say nothing about where to look. */
const LEAST_COMPLETED = 2;
/** Suggestions all of which must have promised little for a search to have converged. */
const LATEST_PROMISES = 5;
/** Of the range of standardised values: an improvement that matters. */
const SIGNIFICANT_SHARE = 0.01;
/**
 * The share of asks that take the function to be rougher than it most probably is, and what the fitted lengthscales are
 * multiplied by then. A function of several valleys often looks like one wide bowl at first; this finds the others.
 */
const ROUGH_SHARE = 0.33;
const ROUGH_FACTOR = 0.6;

/** An arm ready to be searched, with the best suggestion found in it so far for the ask under way. */
interface ReadyArm {
  readonly arm: Arm;
  readonly posterior: Posterior;
  /** The arm's model has values `stretch` times the common ones plus `shift`. */
  readonly stretch: number;
  readonly shift: number;
  /** Between the arm's best value and its worst, on the common scale. */
  readonly range: number;
  readonly centres: readonly Float64Array[];
  readonly plateauRadius: number;
  /** Evaluated and pending points, as far as plateaus matter. */
  readonly taken: Float64Array[];
  next?: NextPoint | undefined;
}

class Bayesian implements Strategy {
  readonly #seed: number;
  readonly #sign: number;
  readonly #arms: readonly Arm[];
  readonly #ledger: TrialLedger;
  /** How probable a significant improvement was at the latest points suggested by the model. */
  #promises: number[] = [];
  #toldCount = 0;
  #completedCount = 0;

  constructor(problem: SearchProblem) {
    this.#seed = problem.seed;
    this.#sign = problem.objectiveType === 'Maximize' ? -1 : 1;
    const spaces = problem.spaces.map((ranges) => new SearchSpace(ranges));
    this.#ledger = new TrialLedger(spaces, evaluatedBefore(problem, spaces));
    const priors = priorObservations(problem, spaces);
    this.#arms = spaces.map((space, definition) => new Arm(problem, definition, space, priors[definition] ?? []));
    this.#completedCount = this.#arms.reduce((sum, arm) => sum + arm.completedCount, 0);
  }

  ask(count: number): Asked {
    this.#takeInOutcomes();
    const suggestions: Suggestion[] = [];
    let ready: ReadyArm[] | undefined;
    while (suggestions.length < count) {
      const open = this.#arms.filter((arm) => !this.#ledger.isExhausted(arm.definition));
      if (open.length === 0) break;
      const isIgnorant = this.#completedCount < LEAST_COMPLETED && open.every((arm) => arm.transfer === undefined);
      const unexplored = this.#leastExplored(open, isIgnorant || suggestions.length >= MOST_BY_MODEL);
      if (unexplored === undefined) ready ??= this.#conditionArms();
      const suggestion =
        unexplored === undefined ? this.#suggestByModel(open, ready ?? []) : this.#suggestFromDesign(unexplored);
      if (suggestion === undefined) return { suggestions, exhausted: true };
      suggestions.push(suggestion);
    }
    return { suggestions, exhausted: this.#arms.every((arm) => this.#ledger.isExhausted(arm.definition)) };
  }

  tell(index: number, outcome: TrialOutcome): void {
    this.#ledger.tell(index, outcome);
  }

  restore(records: readonly TrialRecord[]): void {
    this.#ledger.restore(records);
    // Encoded here already, so that the first ask after a long history has less to do.
    this.#takeInOutcomes();
  }

  /** Only when nothing came of the latest asks, and the model promises nothing more. */
  convergence(): number {
    const costs = toldCosts(this.#ledger.told, this.#sign);
    const dimension = Math.max(...this.#arms.map(({ space }) => space.dimension));
    const idle = idleConvergence(costs, Math.max(8 + dimension, costs.length / 4));
    if (this.#promises.length < LATEST_PROMISES) return Math.min(idle, CONVERGED_FROM / 2);
    return Math.min(idle, 1 - Math.max(...this.#promises));
  }

  #takeInOutcomes(): void {
    const { told } = this.#ledger;
    for (; this.#toldCount < told.length; this.#toldCount++) {
      const trial = told[this.#toldCount] as Trial;
      const cost = this.#cost(trial);
      this.#arms[trial.suggestion.definition]?.observe(trial, cost);
      if (!Number.isNaN(cost)) this.#completedCount++;
    }
  }

  /** Lower is better; NaN teaches only that the region is bad. A trial stopped before its first objective is such a one. */
  #cost({ outcome }: Trial): number {
    if (outcome === undefined || outcome.kind === 'Failed') return Number.NaN;
    return outcome.objective === undefined ? Number.NaN : this.#sign * outcome.objective;
  }

  /** The definition furthest from the end of its design; undefined when all designs are done, unless `isForced`. */
  #leastExplored(arms: readonly Arm[], isForced: boolean): Arm | undefined {
    const explored = (arm: Arm) => arm.explored(this.#ledger.suggestedCount(arm.definition));
    const least = arms.reduce((a, b) => (explored(b) < explored(a) ? b : a));
    return isForced || explored(least) < 1 ? least : undefined;
  }

  #suggestFromDesign(arm: Arm): Suggestion | undefined {
    const { definition } = arm;
    const suggestedCount = this.#ledger.suggestedCount(definition);
    const again = randomStream(this.#seed, 'design again', definition, suggestedCount);
    const configuration = this.#drawUnseen(arm, (attempt) =>
      attempt === 0 ? arm.designPoint(suggestedCount) : Float64Array.from(arm.space.axes, () => again.uniform()),
    );
    return configuration && this.#ledger.suggest(definition, configuration);
  }

  #suggestByModel(open: readonly Arm[], ready: readonly ReadyArm[]): Suggestion | undefined {
    const incumbent = Math.min(...ready.map(leastMean));
    let best: ReadyArm | undefined;
    for (const candidate of ready) {
      if (!open.includes(candidate.arm)) continue;
      candidate.next ??= this.#searchArm(candidate, incumbent);
      if (candidate.next && candidate.next.score > (best?.next?.score ?? Number.NEGATIVE_INFINITY)) best = candidate;
    }
    if (best?.next === undefined) return this.#suggestFromDesign(open[0] as Arm);
    const { point, configuration } = best.next;
    this.#promises = [...this.#promises.slice(1 - LATEST_PROMISES), promise(best, incumbent)];
    best.posterior.addPending(point);
    best.taken.push(point);
    best.next = undefined;
    return this.#ledger.suggest(best.arm.definition, configuration);
  }

  /** @returns its score on the common scale of outcomes. */
  #searchArm(ready: ReadyArm, incumbent: number): NextPoint | undefined {
    const { arm, posterior, stretch, shift, centres } = ready;
    const next = nextPoint({
      space: arm.space,
      posterior,
      incumbent: stretch * incumbent + shift,
      centres,
      sequence: arm.design,
      stream: randomStream(this.#seed, 'acquisition', arm.definition, this.#ledger.nextIndex),
      isSeen: (configuration) => this.#ledger.isSeen(arm.definition, configuration),
      isOnPlateau: (point) => isNearAny(arm.space, point, ready.taken, ready.plateauRadius),
    });
    return next && { ...next, score: next.score - Math.log(stretch) };
  }

  /** Models of all definitions that have been tried, on one scale of outcomes, pending trials included. */
  #conditionArms(): ReadyArm[] {
    const isRough = randomStream(this.#seed, 'view', this.#ledger.nextIndex).uniform() < ROUGH_SHARE;
    const known = this.#arms.filter((arm) => arm.points.length > 0 || arm.transfer !== undefined);
    const { values, unit } = scaleOutcomes(Float64Array.from(known.flatMap((arm) => arm.costs)));
    const pending = [...this.#ledger.pending].slice(-MOST_PENDING);
    const range = values.reduce((a, b) => Math.max(a, b), 0) - values.reduce((a, b) => Math.min(a, b), 0);
    let from = 0;
    return known.map((arm) => {
      const own = values.subarray(from, from + arm.points.length);
      from += arm.points.length;
      const { posterior, stretch, shift } = arm.condition(own, unit, isRough ? ROUGH_FACTOR : 1);
      const waiting = pending
        .filter(({ suggestion }) => suggestion.definition === arm.definition)
        .map(({ suggestion }) => arm.space.encode(suggestion.configuration));
      for (const point of waiting) posterior.addPending(point);
      const radius = plateauRadius(arm.space, arm.points, arm.costs);
      const taken = radius > 0 ? [...arm.points, ...waiting] : [];
      return { arm, posterior, stretch, shift, range, centres: arm.centres(own), plateauRadius: radius, taken };
    });
  }

  #drawUnseen(arm: Arm, draw: (attempt: number) => ArrayLike<number>): Configuration | undefined {
    return drawUnseen(
      arm.space,
      (configuration) => this.#ledger.isSeen(arm.definition, configuration),
      draw,
      () => randomStream(this.#seed, 'walk', arm.definition, this.#ledger.nextIndex).uniform(),
    );
  }
}

/** What is to be improved upon, on the common scale; where nothing is known yet, what parents promise at their best. */
function leastMean({ posterior, stretch, shift, centres }: ReadyArm): number {
  const least = posterior.leastMean();
  const known = least < Number.POSITIVE_INFINITY ? least : Math.min(...centres.map((centre) => posterior.mean(centre)));
  return (known - shift) / stretch;
}

/** How probable it is that the point about to be suggested improves significantly. */
function promise({ posterior, stretch, shift, range, next }: ReadyArm, incumbent: number): number {
  if (next === undefined) return 0;
  const { mean, variance } = posterior.predict(next.point);
  const goal = stretch * (incumbent - SIGNIFICANT_SHARE * range) + shift;
  return normalProbability((goal - mean) / Math.sqrt(Math.max(variance, Number.MIN_VALUE)));
}
