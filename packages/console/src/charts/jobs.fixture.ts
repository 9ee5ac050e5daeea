import type { TrainingJobSummary, TuningJob } from '@fleetune/api/contract';

/** A finished search over `x` that minimises `loss`. */
export function tuningJob(overrides: Partial<TuningJob> = {}): TuningJob {
  return {
    name: 'search',
    status: 'Completed',
    strategy: 'Bayesian',
    seed: 1,
    objective: { metric: 'loss', type: 'Minimize' },
    limits: { maxParallelTrainingJobs: 2 },
    earlyStopping: 'Off',
    definitions: [{ name: '', ranges: [{ name: 'x', kind: 'continuous', min: 0, max: 1, scaling: 'Linear' }] }],
    creationTimeMs: 1_000_000,
    lastModifiedTimeMs: 2_000_000,
    trainingJobCounts: { completed: 0, inProgress: 0, retryableError: 0, nonRetryableError: 0, stopped: 0 },
    objectiveCounts: { succeeded: 0, pending: 0, failed: 0 },
    trainingJobsNotImproving: 0,
    consumedRuntimeSeconds: 0,
    tags: {},
    ...overrides,
  };
}

/** The training job number `index` of that search; it took a minute. */
export function trainingJob(index: number, overrides: Partial<TrainingJobSummary> = {}): TrainingJobSummary {
  const startMs = 1_000_000 + index * 30_000;
  return {
    name: `search-${index}`,
    index,
    definitionName: '',
    status: 'Completed',
    secondaryStatus: 'Completed',
    creationTimeMs: startMs,
    lastModifiedTimeMs: startMs + 60_000,
    trainingStartTimeMs: startMs + 1_000,
    trainingEndTimeMs: startMs + 60_000,
    attemptCount: 1,
    configuration: { x: index / 10 },
    ...overrides,
  };
}
