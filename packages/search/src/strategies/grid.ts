import type { Configuration, ParameterRange } from '@fleetune/domain';
import { InvalidProblemError } from '../problem.js';
import { SearchSpace } from '../space.js';
import type { Asked, SearchProblem, Strategy, Suggestion, TrialOutcome, TrialRecord } from '../strategy.js';
import { TrialLedger } from '../trial-ledger.js';
import { evaluatedBefore } from '../warm-start/prior-observations.js';

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
  readonly #ledger: TrialLedger;
  #definition = 0;
  #rank = 0;

  constructor(problem: SearchProblem) {
    // Counted only to refuse ranges that cannot be.
    problem.spaces.forEach(gridSize);
    this.#spaces = problem.spaces.map((ranges) => new SearchSpace(ranges));
    this.#ledger = new TrialLedger(this.#spaces, evaluatedBefore(problem, this.#spaces));
  }

  ask(count: number): Asked {
    const suggestions: Suggestion[] = [];
    while (suggestions.length < count) {
      const configuration = this.#firstUnseen();
      if (configuration === undefined) break;
      suggestions.push(this.#ledger.suggest(this.#definition, configuration));
    }
    return { suggestions, exhausted: this.#firstUnseen() === undefined };
  }

  tell(index: number, outcome: TrialOutcome): void {
    this.#ledger.tell(index, outcome);
  }

  restore(records: readonly TrialRecord[]): void {
    this.#ledger.restore(records);
    this.#definition = 0;
    this.#rank = 0;
  }

  /** Goes on to the next combination that was neither suggested nor evaluated by a parent. */
  #firstUnseen(): Configuration | undefined {
    for (; this.#definition < this.#spaces.length; this.#definition++, this.#rank = 0) {
      const space = this.#spaces[this.#definition] as SearchSpace;
      for (; this.#rank < space.size; this.#rank++) {
        const configuration = space.at(this.#rank);
        if (!this.#ledger.isSeen(this.#definition, configuration)) return configuration;
      }
    }
    return undefined;
  }
}
