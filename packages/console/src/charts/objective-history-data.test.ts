import { describe, expect, it } from 'vitest';
import { trainingJob, tuningJob } from './jobs.fixture.js';
import { objectiveHistory } from './objective-history-data.js';

const losses = [0.9, 0.5, 0.7, 0.4].map((objectiveValue, index) => trainingJob(index, { objectiveValue }));

describe('the history of an objective', () => {
  it('keeps the best so far, in the direction of the objective', () => {
    const best = (type: 'Minimize' | 'Maximize') =>
      objectiveHistory(tuningJob({ objective: { metric: 'loss', type } }), losses, 'number').best.map(({ x }) => x);
    expect(best('Minimize')).toEqual([1, 2, 4]);
    expect(best('Maximize')).toEqual([1]);
  });

  it('counts time from the creation to the end of each training', () => {
    const { points } = objectiveHistory(tuningJob(), losses, 'time');
    expect(points.map(({ x }) => x)).toEqual([60, 90, 120, 150]);
  });

  it('shows a stopped training and does not take it for the best', () => {
    const stopped = trainingJob(4, { objectiveValue: 0.1, status: 'Stopped' });
    const { points, best } = objectiveHistory(tuningJob(), [...losses, stopped], 'number');
    expect([points.length, best.at(-1)?.objective]).toEqual([5, 0.4]);
  });

  it('leaves out what has no number', () => {
    const jobs = [trainingJob(0), trainingJob(1, { objectiveValue: Number.NaN })];
    expect(objectiveHistory(tuningJob(), jobs, 'time')).toEqual({ points: [], best: [] });
  });
});
