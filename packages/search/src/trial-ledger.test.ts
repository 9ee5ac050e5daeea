import { beforeEach, describe, expect, it } from 'vitest';
import { SearchSpace } from './space.js';
import { InvalidRecordError, TrialLedger, UnknownSuggestionError } from './trial-ledger.js';

const space = new SearchSpace([{ kind: 'categorical', name: 'opt', values: ['adam', 'sgd'] }]);
let ledger: TrialLedger;

beforeEach(() => {
  ledger = new TrialLedger([space], []);
});

describe('tell', () => {
  it('refuses an outcome of a suggestion never made', () => {
    expect(() => ledger.tell(3, { kind: 'Failed' })).toThrow(UnknownSuggestionError);
    expect(() => ledger.tell(3, { kind: 'Failed' })).toThrow('Suggestion 3 was never made');
  });

  it('keeps the first of several outcomes', () => {
    ledger.suggest(0, { opt: 'adam' });
    ledger.tell(0, { kind: 'Completed', objective: 1 });
    ledger.tell(0, { kind: 'Completed', objective: 2 });
    expect(ledger.told.map(({ outcome }) => outcome)).toEqual([{ kind: 'Completed', objective: 1 }]);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('takes an objective of %d as a failure', (objective) => {
    ledger.suggest(0, { opt: 'adam' });
    ledger.tell(0, { kind: 'Completed', objective });
    expect(ledger.told[0]?.outcome).toEqual({ kind: 'Failed' });
  });
});

describe('restore', () => {
  it('keeps pending trials pending and goes on with the lowest free index', () => {
    ledger.restore([
      { index: 0, definition: 0, configuration: { opt: 'adam' } },
      { index: 2, definition: 0, configuration: { opt: 'adam' }, outcome: { kind: 'Failed' } },
    ]);
    expect([...ledger.pending].map(({ suggestion }) => suggestion.index)).toEqual([0]);
    expect(ledger.nextIndex).toBe(1);
    expect(ledger.suggest(0, { opt: 'sgd' }).index).toBe(1);
    expect(ledger.nextIndex).toBe(3);
    expect(ledger.isExhausted(0)).toBe(true);
  });

  it('refuses records that do not belong to the problem, and takes over none of them', () => {
    const good = { index: 0, definition: 0, configuration: { opt: 'adam' } };
    const restoring = (bad: object) => () => ledger.restore([good, { ...good, index: 1, ...bad }]);
    expect(restoring({ definition: 1 })).toThrow(InvalidRecordError);
    expect(restoring({ index: -1 })).toThrow(InvalidRecordError);
    expect(restoring({ configuration: {} })).toThrow('it has no value for hyperparameter "opt"');
    expect(restoring({ configuration: { opt: 'lion' } })).toThrow('hyperparameter "opt" cannot be "lion"');
    expect(ledger.nextIndex).toBe(0);
  });
});
