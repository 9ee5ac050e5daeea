import type { ParameterRange } from '@fleetune/domain';
import { InvalidProblemError } from '../problem.js';
import { SearchSpace } from '../space.js';
import type { Asked, SearchProblem, Strategy, Suggestion, TrialOutcome, TrialRecord } from '../strategy.js';
import { TrialLedger } from '../trial-ledger.js';

/**
 * How many combinations a grid over these ranges has.
 *
 * @throws InvalidProblemError when a range is not categorical.
 */
export function gridSize(ranges: readonly ParameterRange[]): number {
  const faults = ranges
    .filter((range) => range.kind !== 'categorical')
    .map(
      (range) =>
        `Hyperparameter "${range.name}" is ${range.kind}, but a grid search takes categorical ranges only; list its values or use another strategy.`,
    );
  if (faults.length > 0) throw new InvalidProblemError(faults);
  return ranges.reduce((product, range) => product * (range.kind === 'categorical' ? range.values.length : 1), 1);
}

/** Every combination once, definition by definition, the last hyperparameter varying fastest. */
export function createGrid(problem: SearchProblem): Strategy {
  return new Grid(problem);
}

class Grid implements Strategy {
  readonly #spaces: readonly SearchSpace[];
  readonly #sizes: readonly number[];
  readonly #total: number;
  readonly #ledger: TrialLedger;

  constructor(problem: SearchProblem) {
    this.#sizes = problem.spaces.map(gridSize);
    this.#total = this.#sizes.reduce((sum, size) => sum + size, 0);
    this.#spaces = problem.spaces.map((ranges) => new SearchSpace(ranges));
    this.#ledger = new TrialLedger(this.#spaces);
  }

  ask(count: number): Asked {
    const suggestions: Suggestion[] = [];
    while (suggestions.length < count && this.#ledger.nextIndex < this.#total) {
      suggestions.push(this.#suggest(this.#ledger.nextIndex));
    }
    return { suggestions, exhausted: this.#ledger.nextIndex >= this.#total };
  }

  tell(index: number, outcome: TrialOutcome): void {
    this.#ledger.tell(index, outcome);
  }

  restore(records: readonly TrialRecord[]): void {
    this.#ledger.restore(records);
  }

  #suggest(index: number): Suggestion {
    let definition = 0;
    let rank = index;
    while (rank >= (this.#sizes[definition] as number)) rank -= this.#sizes[definition++] as number;
    return this.#ledger.suggest(definition, (this.#spaces[definition] as SearchSpace).at(rank));
  }
}
