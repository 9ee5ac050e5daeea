import type { Configuration } from '@fleetune/domain';
import { randomStream } from '../random-stream.js';
import { SearchSpace } from '../space.js';
import type { Asked, SearchProblem, Strategy, Suggestion, TrialOutcome, TrialRecord } from '../strategy.js';
import { type Trial, TrialLedger } from '../trial-ledger.js';
import { drawUnseen } from '../unseen-draw.js';

/** What a strategy knows about one training-job definition, in points of its space's unit cube. */
export interface Guide {
  /** Takes in an outcome. `cost` is lower for better; NaN teaches only that the region is bad. */
  observe(point: Float64Array, cost: number): void;
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

  constructor(problem: SearchProblem, createGuide: (space: SearchSpace, definition: number) => Guide) {
    this.#seed = problem.seed;
    this.#sign = problem.objectiveType === 'Maximize' ? -1 : 1;
    this.#arms = problem.spaces.map((ranges, definition) => {
      const space = new SearchSpace(ranges);
      const leastCost = Number.POSITIVE_INFINITY;
      return { definition, space, guide: createGuide(space, definition), leastCost, isDry: false };
    });
    this.#ledger = new TrialLedger(this.#arms.map(({ space }) => space));
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

  #takeInOutcomes(): void {
    const { told } = this.#ledger;
    for (; this.#toldCount < told.length; this.#toldCount++) {
      const { suggestion, outcome } = told[this.#toldCount] as Trial;
      const arm = this.#arms[suggestion.definition] as Arm;
      const objective = outcome === undefined || outcome.kind === 'Failed' ? undefined : outcome.objective;
      const cost = objective === undefined ? Number.NaN : this.#sign * objective;
      arm.guide.observe(arm.space.encode(suggestion.configuration), cost);
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
    for (const { suggestion } of this.#ledger.pending) {
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
