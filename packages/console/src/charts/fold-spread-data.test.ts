import type { TrainingJob } from '@fleetune/api/contract';
import { expect, it } from 'vitest';
import { foldSpread } from './fold-spread-data.js';

const objective = { metric: 'loss', type: 'Minimize' } as const;

function trained(objectiveValue: number | undefined, metrics: Readonly<Record<string, number>>): TrainingJob {
  return {
    ...{
      name: 'search-1',
      status: 'Completed',
      secondaryStatus: 'Completed',
      creationTimeMs: 0,
      lastModifiedTimeMs: 0,
    },
    ...{ attemptCount: 0, hyperparameters: {}, transitions: [], tags: {} },
    finalMetrics: Object.entries(metrics).map(([name, value]) => ({ name, value, timestampMs: 0 })),
    tuning: { tuningJobName: 'search', index: 0, definitionName: '', configuration: {}, objectiveValue },
  };
}

it('is the error of the mean of the objective', () => {
  const job = trained(0.4, { loss: 0.4, 'loss:standard_error': 0.02, 'other:standard_error': 1 });
  expect(foldSpread(job, objective)).toMatchObject({ mean: 0.4, standardError: 0.02 });
});

it('is not there without folds, or before they have ended', () => {
  expect(foldSpread(trained(0.4, { loss: 0.4 }), objective)).toBeUndefined();
  expect(foldSpread(trained(undefined, { 'loss:standard_error': 0.02 }), objective)).toBeUndefined();
});
