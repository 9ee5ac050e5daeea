import type { TrialRecord } from '@fleetune/search';
import { type Asked, createStrategy, type SearchProblem, type Strategy, type TrialOutcome } from '@fleetune/search';

export type AskedWithConvergence = Asked & { readonly convergence?: number };

/** What can be asked of an open search, in this thread or in another. */
export interface SearchSession {
  ask(count: number): Promise<AskedWithConvergence>;
  tell(index: number, outcome: TrialOutcome): void;
  close(): void;
}

/** A search in this thread: for strategies that suggest in microseconds. */
export class InlineSearchSession implements SearchSession {
  readonly #strategy: Strategy;

  constructor(problem: SearchProblem, records: readonly TrialRecord[]) {
    this.#strategy = createStrategy(problem);
    this.#strategy.restore(records);
  }

  ask(count: number): Promise<AskedWithConvergence> {
    return Promise.resolve(askStrategy(this.#strategy, count));
  }

  tell(index: number, outcome: TrialOutcome): void {
    this.#strategy.tell(index, outcome);
  }

  close(): void {}
}

export function askStrategy(strategy: Strategy, count: number): AskedWithConvergence {
  return { ...strategy.ask(count), convergence: strategy.convergence?.() };
}
