import type { Configuration } from '@fleetune/domain';
import { independentConvergence, toldCosts } from '../convergence.js';
import { randomStream } from '../random-stream.js';
import { SearchSpace } from '../space.js';
import type { Asked, SearchProblem, Strategy, Suggestion, TrialOutcome, TrialRecord } from '../strategy.js';
import { TrialLedger } from '../trial-ledger.js';
import { drawUnseen } from '../unseen-draw.js';
import { evaluatedBefore } from '../warm-start/prior-observations.js';

/** The point of the unit cube that suggestion `index` tries first, or instead of its `attempt` earlier tries. */
type Draw = (definition: number, index: number, attempt: number) => ArrayLike<number>;

/**
 * A strategy whose suggestions depend on the seed and their index only, never on outcomes: the same set comes out at
 * any parallelism and after any restart. Training-job definitions take turns.
 */
export class IndependentDraws implements Strategy {
  readonly #seed: number;
  readonly #sign: number;
  readonly #spaces: readonly SearchSpace[];
  readonly #ledger: TrialLedger;
  readonly #draw: Draw;
  #isDry = false;

  constructor(problem: SearchProblem, draw: Draw) {
    this.#seed = problem.seed;
    this.#sign = problem.objectiveType === 'Maximize' ? -1 : 1;
    this.#spaces = problem.spaces.map((ranges) => new SearchSpace(ranges));
    this.#ledger = new TrialLedger(this.#spaces, evaluatedBefore(problem, this.#spaces));
    this.#draw = draw;
  }

  ask(count: number): Asked {
    const suggestions: Suggestion[] = [];
    while (suggestions.length < count && !this.#isExhausted()) {
      const suggestion = this.#next();
      if (suggestion !== undefined) suggestions.push(suggestion);
      else this.#isDry = true;
    }
    return { suggestions, exhausted: this.#isExhausted() };
  }

  tell(index: number, outcome: TrialOutcome): void {
    this.#ledger.tell(index, outcome);
  }

  restore(records: readonly TrialRecord[]): void {
    this.#ledger.restore(records);
  }

  convergence(): number {
    return independentConvergence(toldCosts(this.#ledger.told, this.#sign));
  }

  #next(): Suggestion | undefined {
    const index = this.#ledger.nextIndex;
    for (let turn = 0; turn < this.#spaces.length; turn++) {
      const definition = (index + turn) % this.#spaces.length;
      const configuration = this.#unseen(definition, index);
      if (configuration !== undefined) return this.#ledger.suggest(definition, configuration);
    }
    return undefined;
  }

  #unseen(definition: number, index: number): Configuration | undefined {
    if (this.#ledger.isExhausted(definition)) return undefined;
    return drawUnseen(
      this.#spaces[definition] as SearchSpace,
      (configuration) => this.#ledger.isSeen(definition, configuration),
      (attempt) => this.#draw(definition, index, attempt),
      () => randomStream(this.#seed, 'walk', index).uniform(),
    );
  }

  #isExhausted(): boolean {
    return this.#isDry || this.#spaces.every((_, definition) => this.#ledger.isExhausted(definition));
  }
}
