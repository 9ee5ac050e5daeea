import type { Configuration } from '@fleetune/domain';
import { idleConvergence, toldCosts } from '../convergence.js';
import { randomStream } from '../random-stream.js';
import { SearchSpace } from '../space.js';
import type { Asked, SearchProblem, Strategy, Suggestion, TrialOutcome, TrialRecord } from '../strategy.js';
import { type Trial, TrialLedger } from '../trial-ledger.js';
import { drawUnseen } from '../unseen-draw.js';
import { evaluatedBefore, type PriorObservation, priorObservations } from '../warm-start/prior-observations.js';
import { promisingPoints } from '../warm-start/promising-points.js';

/** What a strategy knows about one training-job definition, in points of its space's unit cube. */
export interface Guide {
  /** Takes in an outcome. `cost` is lower for better; NaN teaches only that the region is bad. */
  observe(point: Float64Array, cost: number, trial?: Trial): void;
  /**
   * Where suggestion `index` is to be drawn.
   *
   * @param pending points asked for and not yet observed.
   * @returns the point to try when `attempt` earlier ones had all been seen.
   */
  propose(index: number, pending: readonly Float64Array[]): (attempt: number) => ArrayLike<number>;
}

/** One training-job definition. */
interface Arm {
  readonly definition: number;
  readonly space: SearchSpace;
  readonly guide: Guide;
  leastCost: number;
  isDry: boolean;
}

/** Pending trials that a guide is told of: the newest. */
const MOST_PENDING = 128;
/** Points of parents that a guide is told to start from. */
const MOST_PROMISING = 4;

/**
 * A strategy whose suggestions follow from the outcomes told so far, one guide per training-job definition. Definitions
 * take turns with the one that holds the best outcome.
 */
export class GuidedDraws implements Strategy {
  readonly #seed: number;
  readonly #sign: number;
  readonly #arms: readonly Arm[];
  readonly #ledger: TrialLedger;
  #toldCount = 0;

  /** @param createGuide `promising` points are where parents did best, for a start; empty without a warm start. */
  constructor(
    problem: SearchProblem,
    createGuide: (space: SearchSpace, definition: number, promising: readonly Float64Array[]) => Guide,
  ) {
    this.#seed = problem.seed;
    this.#sign = problem.objectiveType === 'Maximize' ? -1 : 1;
    const spaces = problem.spaces.map((ranges) => new SearchSpace(ranges));
    const priors = priorObservations(problem, spaces);
    this.#arms = spaces.map((space, definition) => {
      const own = priors[definition] ?? [];
      const guide = createGuide(space, definition, promisingPoints(own, MOST_PROMISING));
      const arm = { definition, space, guide, leastCost: Number.POSITIVE_INFINITY, isDry: false };
      if (problem.warmStart === 'IdenticalDataAndAlgorithm') observePriors(arm, own);
      return arm;
    });
    this.#ledger = new TrialLedger(spaces, evaluatedBefore(problem, spaces));
  }

  ask(count: number): Asked {
    this.#takeInOutcomes();
    const suggestions: Suggestion[] = [];
    while (suggestions.length < count) {
      const open = this.#openArms();
      if (open.length === 0) break;
      const arm = this.#choose(open);
      const configuration = this.#unseen(arm);
      if (configuration === undefined) arm.isDry = true;
      else suggestions.push(this.#ledger.suggest(arm.definition, configuration));
    }
    return { suggestions, exhausted: this.#openArms().length === 0 };
  }

  tell(index: number, outcome: TrialOutcome): void {
    this.#ledger.tell(index, outcome);
  }

  restore(records: readonly TrialRecord[]): void {
    this.#ledger.restore(records);
    this.#takeInOutcomes();
  }

  convergence(): number {
    const costs = toldCosts(this.#ledger.told, this.#sign);
    const dimension = Math.max(...this.#arms.map(({ space }) => space.dimension));
    return idleConvergence(costs, Math.max(80 + 10 * dimension, 0.8 * costs.length));
  }

  #takeInOutcomes(): void {
    const { told } = this.#ledger;
    for (; this.#toldCount < told.length; this.#toldCount++) {
      const trial = told[this.#toldCount] as Trial;
      const { suggestion, outcome } = trial;
      const arm = this.#arms[suggestion.definition] as Arm;
      const objective = outcome === undefined || outcome.kind === 'Failed' ? undefined : outcome.objective;
      const cost = objective === undefined ? Number.NaN : this.#sign * objective;
      arm.guide.observe(arm.space.encode(suggestion.configuration), cost, trial);
      if (cost < arm.leastCost) arm.leastCost = cost;
    }
  }

  #openArms(): Arm[] {
    return this.#arms.filter((arm) => !arm.isDry && !this.#ledger.isExhausted(arm.definition));
  }

  /** Every second suggestion goes to the definition with the best outcome. */
  #choose(open: readonly Arm[]): Arm {
    const index = this.#ledger.nextIndex;
    if (index % 2 === 1) return open.reduce((best, arm) => (arm.leastCost < best.leastCost ? arm : best));
    return open[(index / 2) % open.length] as Arm;
  }

  #unseen({ definition, space, guide }: Arm): Configuration | undefined {
    const index = this.#ledger.nextIndex;
    const pending: Float64Array[] = [];
    for (const { suggestion } of [...this.#ledger.pending].slice(-MOST_PENDING)) {
      if (suggestion.definition === definition) pending.push(space.encode(suggestion.configuration));
    }
    return drawUnseen(
      space,
      (configuration) => this.#ledger.isSeen(definition, configuration),
      guide.propose(index, pending),
      () => randomStream(this.#seed, 'walk', index).uniform(),
    );
  }
}

/** What parents evaluated inside of the new ranges is known as if it had been told. */
function observePriors(arm: Arm, observations: readonly PriorObservation[]): void {
  for (const { configuration, cost } of observations) {
    if (configuration === undefined) continue;
    arm.guide.observe(arm.space.encode(configuration), cost);
    if (cost < arm.leastCost) arm.leastCost = cost;
  }
}
