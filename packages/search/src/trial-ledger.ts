import type { Configuration } from '@fleetune/domain';
import type { SearchSpace } from './space.js';
import type { Suggestion, TrialOutcome, TrialRecord } from './strategy.js';

/** An outcome came for a suggestion that was never made. */
export class UnknownSuggestionError extends Error {
  override readonly name = 'UnknownSuggestionError';
  readonly index: number;
  constructor(index: number) {
    super(`Suggestion ${index} was never made; tell outcomes only of suggestions that were asked for or restored.`);
    this.index = index;
  }
}

/** A restored record does not belong to this problem. */
export class InvalidRecordError extends Error {
  override readonly name = 'InvalidRecordError';
  readonly index: number;
  constructor(index: number, reason: string) {
    super(`The record of suggestion ${index} does not fit the search problem: ${reason}.`);
    this.index = index;
  }
}

/** A suggestion and what became of it. */
export interface Trial {
  readonly suggestion: Suggestion;
  /** Undefined while the trial is pending. Objectives in it are finite. */
  outcome: TrialOutcome | undefined;
}

/** Every suggestion of a search, by index, and which configurations are used up. */
export class TrialLedger {
  readonly #spaces: readonly SearchSpace[];
  readonly #trials = new Map<number, Trial>();
  readonly #pending = new Map<number, Trial>();
  readonly #told: Trial[] = [];
  readonly #seenKeys: readonly Set<string>[];
  readonly #suggestedCounts: number[];
  #nextIndex = 0;

  /** @param evaluated configurations that are used up from the start. */
  constructor(spaces: readonly SearchSpace[], evaluated: readonly Omit<Suggestion, 'index'>[]) {
    this.#spaces = spaces;
    this.#seenKeys = spaces.map(() => new Set());
    this.#suggestedCounts = spaces.map(() => 0);
    for (const { definition, configuration } of evaluated) this.#markSeen(definition, configuration);
  }

  /** The lowest index that no suggestion has. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** Trials with an outcome, in the order told. */
  get told(): readonly Trial[] {
    return this.#told;
  }

  /** Trials without an outcome, in the order suggested. */
  get pending(): Iterable<Trial> {
    return this.#pending.values();
  }

  /** Gives the configuration the next index and keeps it as pending. */
  suggest(definition: number, configuration: Configuration): Suggestion {
    const suggestion = { index: this.#nextIndex, definition, configuration };
    this.#add(suggestion);
    return suggestion;
  }

  /** @throws UnknownSuggestionError */
  tell(index: number, outcome: TrialOutcome): void {
    const trial = this.#trials.get(index);
    if (trial === undefined) throw new UnknownSuggestionError(index);
    if (trial.outcome !== undefined) return;
    trial.outcome = withFiniteObjective(outcome);
    this.#pending.delete(index);
    this.#told.push(trial);
  }

  /** @throws InvalidRecordError, before anything is taken over. */
  restore(records: readonly TrialRecord[]): void {
    for (const record of records) this.#check(record);
    for (const { outcome, ...suggestion } of records) {
      if (!this.#trials.has(suggestion.index)) this.#add(suggestion);
      if (outcome !== undefined) this.tell(suggestion.index, outcome);
    }
  }

  isSeen(definition: number, configuration: Configuration): boolean {
    const key = this.#spaces[definition]?.key(configuration) ?? '';
    return this.#seenKeys[definition]?.has(key) ?? false;
  }

  /** True when every configuration of the definition's space has been suggested or was evaluated before. */
  isExhausted(definition: number): boolean {
    return (this.#seenKeys[definition]?.size ?? 0) >= (this.#spaces[definition]?.size ?? 0);
  }

  /** How many suggestions were made for the definition, pending ones included. */
  suggestedCount(definition: number): number {
    return this.#suggestedCounts[definition] ?? 0;
  }

  #check(record: TrialRecord): void {
    const { index, definition, configuration } = record;
    if (!Number.isSafeInteger(index) || index < 0) throw new InvalidRecordError(index, 'its index is not a count');
    const space = this.#spaces[definition];
    if (space === undefined) throw new InvalidRecordError(index, `there is no training job definition ${definition}`);
    const mismatch = space.mismatch(configuration);
    if (mismatch !== undefined) throw new InvalidRecordError(index, mismatch);
  }

  #add(suggestion: Suggestion): void {
    const trial: Trial = { suggestion, outcome: undefined };
    this.#trials.set(suggestion.index, trial);
    this.#pending.set(suggestion.index, trial);
    this.#markSeen(suggestion.definition, suggestion.configuration);
    this.#suggestedCounts[suggestion.definition] = this.suggestedCount(suggestion.definition) + 1;
    while (this.#trials.has(this.#nextIndex)) this.#nextIndex++;
  }

  #markSeen(definition: number, configuration: Configuration): void {
    const space = this.#spaces[definition] as SearchSpace;
    this.#seenKeys[definition]?.add(space.key(configuration));
  }
}

/** A training that reports NaN or infinity has diverged: it failed, whatever its exit code. */
export function withFiniteObjective(outcome: TrialOutcome): TrialOutcome {
  if (outcome.kind === 'Completed' && !Number.isFinite(outcome.objective)) return { kind: 'Failed' };
  if (outcome.kind === 'Stopped' && !Number.isFinite(outcome.objective)) {
    const { objective: _, ...stopped } = outcome;
    return stopped;
  }
  return outcome;
}
