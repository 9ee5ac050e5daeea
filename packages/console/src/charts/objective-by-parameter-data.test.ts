import { describe, expect, it } from 'vitest';
import { trainingJob } from './jobs.fixture.js';
import { objectiveByParameter } from './objective-by-parameter-data.js';

describe('the objective by a hyperparameter', () => {
  it('has a point for each training job that has both', () => {
    const range = { name: 'x', kind: 'continuous', min: 0, max: 1, scaling: 'Linear' } as const;
    const jobs = [
      trainingJob(1, { objectiveValue: 0.5 }),
      trainingJob(2),
      trainingJob(3, { objectiveValue: 0.2, configuration: { y: 1 } }),
      trainingJob(4, { objectiveValue: Number.POSITIVE_INFINITY }),
    ];
    expect(objectiveByParameter(range, jobs).map(({ x, objective }) => [x, objective])).toEqual([[0.1, 0.5]]);
  });

  it('puts a category at its place', () => {
    const range = { name: 'kind', kind: 'categorical', values: ['a', 'b'] } as const;
    const jobs = [trainingJob(0, { objectiveValue: 1, configuration: { kind: 'b' } })];
    expect(objectiveByParameter({ ...range, values: ['a', 'b'] }, jobs)).toMatchObject([{ x: 1, objective: 1 }]);
  });
});
