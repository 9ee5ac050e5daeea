import { describe, expect, it } from 'vitest';
import { trainingJob } from '../../charts/jobs.fixture.js';
import { sortTrainingJobs, type TableFilter, type TableOrder } from './sort-training-jobs.js';

const jobs = [
  trainingJob(0, { objectiveValue: 0.5 }),
  trainingJob(1, { status: 'Failed', failureReason: 'AlgorithmError: out of memory' }),
  trainingJob(2, { objectiveValue: 0.9, configuration: { x: 0.01 } }),
];
const EVERYTHING: TableFilter = { text: '', status: undefined, selected: undefined };
const order = (by: TableOrder, filter: Partial<TableFilter> = {}) =>
  sortTrainingJobs(jobs, { ...EVERYTHING, ...filter }, by).map(({ index }) => index);

describe('the table of training jobs', () => {
  it('puts what has no objective last, both ways', () => {
    expect(order({ column: 'objective', descending: true })).toEqual([2, 0, 1]);
    expect(order({ column: 'objective', descending: false })).toEqual([0, 2, 1]);
  });

  it('sorts by a hyperparameter', () => {
    expect(order({ column: 'hp:x', descending: true })).toEqual([1, 2, 0]);
  });

  it('finds by name and by failure reason', () => {
    const byNumber = { column: 'number', descending: false } as const;
    expect(order(byNumber, { text: 'MEMORY' })).toEqual([1]);
    expect(order(byNumber, { text: 'search-2' })).toEqual([2]);
    expect(order(byNumber, { status: 'Completed' })).toEqual([0, 2]);
    expect(order(byNumber, { selected: new Set(['search-0']) })).toEqual([0]);
  });
});
