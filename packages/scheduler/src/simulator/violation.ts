export type Rule = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I13' | 'I14' | 'I16';

/** What each rule promises. Gangs, folds, checkpoints and logs have theirs where they are built. */
export const RULES: Readonly<Record<Rule, string>> = {
  I1: 'no training job is lost: everything ends once faults stop, and nothing is left behind',
  I2: 'nothing is counted twice: one accepted result, counters equal a recount of rows, the search hears of it once',
  I3: 'a tuning job never holds more permits than MaxParallel',
  I4: 'a tuning job never launches more than MaxNumber, whatever is retried',
  I5: 'no agent runs more than it has room for, no tenant holds more than its quota, indexes equal a recount',
  I6: 'one live fence: leases and results count only with the newest one, and only when durable',
  I7: 'every program ends with its attempt, and no training job runs twice at once',
  I8: 'a retained slot is its tenant’s: one that matches starts in it and nobody else, it is billed once and ends in time',
  I9: 'statuses follow the published paths, times never run backwards, history is never rewritten',
  I13: 'limits on time and requests to stop are kept',
  I14: 'whoever can be placed is placed, and service follows the weights',
  I16: 'the same seed gives the same run',
};

/** A promise was broken. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly rule: Rule;

  constructor(rule: Rule, message: string) {
    super(`${rule}: ${message}`);
    this.rule = rule;
  }
}

export function mustHold(rule: Rule, holds: boolean, message: string): asserts holds {
  if (!holds) throw new Violation(rule, message);
}
