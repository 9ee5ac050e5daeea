import type { Configuration, ObjectiveType, ParameterRange, StrategyName } from '@fleetune/domain';

/** A configuration to evaluate. `index` counts a tuning job's suggestions from 0 and names the trial for ever. */
export interface Suggestion {
  readonly index: number;
  /** Position in `SearchProblem.spaces`: which training-job definition this configuration is for. */
  readonly definition: number;
  readonly configuration: Configuration;
  /** Epochs to train, where the strategy decides that (Hyperband). */
  readonly resource?: number;
}

/** What became of a suggestion. `objective` is in the user's units and direction. */
export type TrialOutcome =
  | { readonly kind: 'Completed'; readonly objective: number; readonly standardError?: number }
  /** It crashed or gave no objective: teaches that this region is bad, without a value. */
  | { readonly kind: 'Failed' }
  /** Stopped before its end, with the last objective it reported, if any, and how many epochs it had trained. */
  | { readonly kind: 'Stopped'; readonly objective?: number; readonly resource?: number };

/** A suggestion of the past, as kept in the store. Without `outcome` it is still pending. */
export interface TrialRecord extends Suggestion {
  readonly outcome?: TrialOutcome;
}

/** What a parent tuning job of a warm start evaluated. */
export interface PriorTrial {
  /** Which of the parent tuning jobs, from 0. */
  readonly parent: number;
  /** Position in the `spaces` of the new search. */
  readonly definition: number;
  /**
   * The parent's values. They may lie outside of the new ranges, lack a hyperparameter that was static in the parent, or
   * have others more; what does not fit is left aside.
   */
  readonly configuration: Configuration;
  readonly outcome: TrialOutcome;
  /** 0 for the newest parent, 1 for the next older one. */
  readonly ageRank?: number;
}

export interface SearchProblem {
  readonly strategy: StrategyName;
  readonly minResource?: number;
  readonly maxResource?: number;
  readonly seed: number;
  readonly objectiveType: ObjectiveType;
  /** One space per training-job definition; at least one, each with at least one range. */
  readonly spaces: readonly (readonly ParameterRange[])[];
  /** What is known from earlier tuning jobs. Trials that fit nothing are left aside, never refused. */
  readonly priors?: readonly PriorTrial[];
  /**
   * How `priors` are to be understood: as evaluations of the very function that is searched, or of a related one on a
   * scale of its own. The latter when it is not said.
   */
  readonly warmStart?: 'IdenticalDataAndAlgorithm' | 'TransferLearning';
}

export interface Asked {
  readonly suggestions: readonly Suggestion[];
  /** True when nothing new is left to suggest; `suggestions` may then be shorter than asked for. */
  readonly exhausted: boolean;
}

/**
 * Ask/tell search. A strategy is a deterministic function of its problem and of the sequence of calls; it keeps no
 * clock and no randomness but the seed. Pending suggestions (asked, not told) count in every later ask.
 */
export interface Strategy {
  /** Proposes up to `count` configurations, none of them evaluated or pending. */
  ask(count: number): Asked;
  /**
   * Says what became of suggestion `index`. Telling the same index again is ignored.
   *
   * @throws UnknownSuggestionError when `index` was never suggested nor restored.
   */
  tell(index: number, outcome: TrialOutcome): void;
  /**
   * Takes over the past of a tuning job, before the first ask. Cheap: models are fitted at the next ask. Indices missing
   * among the records are suggested first.
   *
   * @throws InvalidRecordError when a record does not fit the problem; then none is taken over.
   */
  restore(records: readonly TrialRecord[]): void;
  /** A probability from 0 to 1 that nothing better than the incumbent by more than 1 % is left, where the strategy can tell. */
  convergence?(): number;
}
