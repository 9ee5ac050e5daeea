import { describe, expect, it } from 'vitest';
import { tuningJob } from '../../charts/jobs.fixture.js';
import { filterTuningJobs, type TuningJobFilter } from './filter-tuning-jobs.js';

const jobs = [
  tuningJob({ name: 'digits-a', creationTimeMs: 1, tags: { team: 'vision' } }),
  tuningJob({ name: 'digits-b', creationTimeMs: 2, status: 'InProgress', strategy: 'Random' }),
  tuningJob({ name: 'words', creationTimeMs: 3 }),
];
const names = (filter: Partial<TuningJobFilter>) =>
  filterTuningJobs(jobs, { text: '', status: undefined, sortBy: 'created', descending: true, ...filter }).map(
    ({ name }) => name,
  );

describe('the list of tuning jobs', () => {
  it('is found by name, strategy, metric and tag, by all words', () => {
    expect(names({ text: 'DIGITS' })).toEqual(['digits-b', 'digits-a']);
    expect(names({ text: 'digits random' })).toEqual(['digits-b']);
    expect(names({ text: 'team=vision' })).toEqual(['digits-a']);
    expect(names({ text: 'nothing' })).toEqual([]);
  });

  it('is narrowed by status', () => {
    expect(names({ status: 'InProgress' })).toEqual(['digits-b']);
  });

  it('is sorted, newest first where the rest is equal', () => {
    expect(names({ sortBy: 'name', descending: false })).toEqual(['digits-a', 'digits-b', 'words']);
    expect(names({ sortBy: 'status', descending: false })).toEqual(['words', 'digits-a', 'digits-b']);
  });
});
