import type { Configuration } from '@fleetune/domain';
import { type NextPoint, nextPoint } from '../acquisition/next-point.js';
import { kernelLayout } from '../gp/kernel.js';
import { scaleOutcomes } from '../gp/outcome-scale.js';
import type { Posterior } from '../gp/posterior.js';
import { Surrogate } from '../gp/surrogate.js';
import { leastPositions } from '../least-positions.js';
import { randomStream } from '../random-stream.js';
import { SobolSequence } from '../sobol-sequence.js';
import { SearchSpace } from '../space.js';
import type { Asked, SearchProblem, Strategy, Suggestion, TrialOutcome, TrialRecord } from '../strategy.js';
import { type Trial, TrialLedger } from '../trial-ledger.js';
import { drawUnseen } from '../unseen-draw.js';

/**
 * Gaussian-process search by log expected improvement, after a scrambled Sobol design. Each training-job definition has
 * its own model of one common scale of outcomes, and the definition that promises most is next.
 */
export function createBayesian(problem: SearchProblem): Strategy {
  return new Bayesian(problem);
}

const LEAST_DESIGN = 6;
const LARGEST_DESIGN = 20;
/** Fewer outcomes than this say nothing about where to look. */
const LEAST_COMPLETED = 2;
/** Variance in standardised units past which an observation says nothing. */
const LARGEST_NOISE = 1e4;
/** The best observed points, around which candidates are drawn. */
const CENTRE_COUNT = 5;
/**
 * The share of asks that take the function to be rougher than it most probably is, and what the fitted lengthscales are
 * multiplied by then. A function of several valleys often looks like one wide bowl at first; this finds the others.
 */
const ROUGH_SHARE = 0.33;
const ROUGH_FACTOR = 0.6;

/** One training-job definition. */
interface Arm {
  readonly definition: number;
  readonly space: SearchSpace;
  readonly design: SobolSequence;
  readonly designSize: number;
  readonly surrogate: Surrogate;
  /** Told trials in the order told, which the surrogate relies on. */
  readonly trials: Trial[];
  readonly points: Float64Array[];
}

/** An arm ready to be searched, with the best suggestion found in it so far for the ask under way. */
interface ReadyArm {
  readonly arm: Arm;
  readonly posterior: Posterior;
  readonly centres: readonly Float64Array[];
  next?: NextPoint | undefined;
}

class Bayesian implements Strategy {
  readonly #seed: number;
  readonly #sign: number;
  readonly #arms: readonly Arm[];
  readonly #ledger: TrialLedger;
  #toldCount = 0;
  #completedCount = 0;

  constructor(problem: SearchProblem) {
    this.#seed = problem.seed;
    this.#sign = problem.objectiveType === 'Maximize' ? -1 : 1;
    const spaces = problem.spaces.map((ranges) => new SearchSpace(ranges));
    this.#ledger = new TrialLedger(spaces);
    this.#arms = spaces.map((space, definition) => ({
      definition,
      space,
      design: new SobolSequence(space.dimension, problem.seed, `design ${definition}`),
      designSize: designSize(space.dimension, spaces.length),
      surrogate: new Surrogate(kernelLayout(space)),
      trials: [],
      points: [],
    }));
  }

  ask(count: number): Asked {
    this.#takeInOutcomes();
    const suggestions: Suggestion[] = [];
    let ready: ReadyArm[] | undefined;
    while (suggestions.length < count) {
      const open = this.#arms.filter((arm) => !this.#ledger.isExhausted(arm.definition));
      if (open.length === 0) break;
      const unexplored = this.#leastExplored(open, this.#completedCount < LEAST_COMPLETED);
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

  #takeInOutcomes(): void {
    const { told } = this.#ledger;
    for (; this.#toldCount < told.length; this.#toldCount++) {
      const trial = told[this.#toldCount] as Trial;
      const arm = this.#arms[trial.suggestion.definition] as Arm;
      arm.trials.push(trial);
      arm.points.push(arm.space.encode(trial.suggestion.configuration));
      if (!Number.isNaN(this.#cost(trial))) this.#completedCount++;
    }
  }

  /** Lower is better; NaN teaches only that the region is bad. A trial stopped before its first objective is such a one. */
  #cost({ outcome }: Trial): number {
    if (outcome === undefined || outcome.kind === 'Failed') return Number.NaN;
    return outcome.objective === undefined ? Number.NaN : this.#sign * outcome.objective;
  }

  /** The definition furthest from the end of its design; undefined when all designs are done, unless `isForced`. */
  #leastExplored(arms: readonly Arm[], isForced: boolean): Arm | undefined {
    const explored = (arm: Arm) => this.#ledger.suggestedCount(arm.definition) / arm.designSize;
    const least = arms.reduce((a, b) => (explored(b) < explored(a) ? b : a));
    return isForced || explored(least) < 1 ? least : undefined;
  }

  #suggestFromDesign(arm: Arm): Suggestion | undefined {
    const { definition } = arm;
    const suggestedCount = this.#ledger.suggestedCount(definition);
    const again = randomStream(this.#seed, 'design again', definition, suggestedCount);
    const configuration = this.#drawUnseen(arm, (attempt) =>
      attempt === 0 ? arm.design.point(suggestedCount) : Float64Array.from(arm.space.axes, () => again.uniform()),
    );
    return configuration && this.#ledger.suggest(definition, configuration);
  }

  #suggestByModel(open: readonly Arm[], ready: readonly ReadyArm[]): Suggestion | undefined {
    const incumbent = Math.min(...ready.map(({ posterior }) => posterior.leastMean()));
    let best: ReadyArm | undefined;
    for (const candidate of ready) {
      if (!open.includes(candidate.arm)) continue;
      candidate.next ??= this.#searchArm(candidate, incumbent);
      if (candidate.next && candidate.next.score > (best?.next?.score ?? Number.NEGATIVE_INFINITY)) best = candidate;
    }
    if (best?.next === undefined) return this.#suggestFromDesign(open[0] as Arm);
    const { point, configuration } = best.next;
    best.posterior.addPending(point);
    best.next = undefined;
    return this.#ledger.suggest(best.arm.definition, configuration);
  }

  #searchArm({ arm, posterior, centres }: ReadyArm, incumbent: number): NextPoint | undefined {
    return nextPoint({
      space: arm.space,
      posterior,
      incumbent,
      centres,
      sequence: arm.design,
      stream: randomStream(this.#seed, 'acquisition', arm.definition, this.#ledger.nextIndex),
      isSeen: (configuration) => this.#ledger.isSeen(arm.definition, configuration),
    });
  }

  /** Models of all definitions that have been tried, on one scale of outcomes, pending trials included. */
  #conditionArms(): ReadyArm[] {
    const isRough = randomStream(this.#seed, 'view', this.#ledger.nextIndex).uniform() < ROUGH_SHARE;
    const tried = this.#arms.filter((arm) => arm.trials.length > 0);
    const costs = tried.map((arm) => arm.trials.map((trial) => this.#cost(trial)));
    const { values, unit } = scaleOutcomes(Float64Array.from(costs.flat()));
    let from = 0;
    return tried.map((arm) => {
      const armValues = values.subarray(from, from + arm.trials.length);
      from += arm.trials.length;
      const extraNoise = Float64Array.from(arm.trials, (trial) =>
        Math.min(LARGEST_NOISE, (standardError(trial) * unit) ** 2),
      );
      const observations = { points: arm.points, values: armValues, extraNoise };
      const posterior = arm.surrogate.condition(observations, isRough ? ROUGH_FACTOR : 1);
      for (const { suggestion } of this.#ledger.pending) {
        if (suggestion.definition === arm.definition) posterior.addPending(arm.space.encode(suggestion.configuration));
      }
      return { arm, posterior, centres: bestPoints(arm.points, armValues) };
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

/** About two points per dimension; several definitions share what one would get, but each is looked at. */
function designSize(dimension: number, definitionCount: number): number {
  const alone = Math.min(LARGEST_DESIGN, Math.max(LEAST_DESIGN, 2 * dimension + 2));
  return Math.min(alone, Math.max(4, Math.floor(LARGEST_DESIGN / definitionCount)));
}

function standardError({ outcome }: Trial): number {
  const error = outcome?.kind === 'Completed' ? (outcome.standardError ?? 0) : 0;
  return Number.isFinite(error) && error > 0 ? error : 0;
}

function bestPoints(points: readonly Float64Array[], values: Float64Array): Float64Array[] {
  return leastPositions(values, CENTRE_COUNT).map((i) => points[i] as Float64Array);
}
