import { rangeFaults } from '@fleetune/domain';
import type { SearchProblem } from './strategy.js';

/** The problem cannot be searched. `faults` holds one sentence per fault. */
export class InvalidProblemError extends Error {
  override readonly name = 'InvalidProblemError';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join(' '));
    this.faults = faults;
  }
}

/** @throws InvalidProblemError naming everything that is wrong with the problem, whatever its strategy. */
export function checkProblem(problem: SearchProblem): void {
  const faults = problem.spaces.flatMap((ranges, definition) => [
    ...rangeFaults(ranges),
    ...(ranges.length === 0 ? [`Search space ${definition} has no hyperparameter ranges; give at least one.`] : []),
  ]);
  if (problem.spaces.length === 0) faults.push('There is no search space; give at least one.');
  if (!Number.isFinite(problem.seed)) faults.push(`The seed is ${problem.seed}; it must be a finite number.`);
  if (faults.length > 0) throw new InvalidProblemError(faults);
}
