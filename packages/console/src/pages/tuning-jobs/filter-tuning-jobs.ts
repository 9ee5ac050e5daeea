import type { TuningJob } from '@fleetune/api/contract';

export type SortColumn = 'name' | 'status' | 'created' | 'best' | 'done';

export interface TuningJobFilter {
  /** Words that all must be found in the name, the strategy, the metric or a tag (`key`, `value` or `key=value`). */
  readonly text: string;
  readonly status: TuningJob['status'] | undefined;
  readonly sortBy: SortColumn;
  readonly descending: boolean;
}

/** The tuning jobs that pass, in order. */
export function filterTuningJobs(jobs: readonly TuningJob[], filter: TuningJobFilter): TuningJob[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const passing = jobs.filter((job) => {
    if (filter.status !== undefined && job.status !== filter.status) return false;
    const text = searchedText(job);
    return words.every((word) => text.includes(word));
  });
  const direction = filter.descending ? -1 : 1;
  return passing.sort((a, b) => direction * compare(a, b, filter.sortBy) || b.creationTimeMs - a.creationTimeMs);
}

function searchedText(job: TuningJob): string {
  const tags = Object.entries(job.tags).map(([key, value]) => `${key}=${value}`);
  return [job.name, job.strategy, job.objective.metric, ...tags].join('\n').toLowerCase();
}

function compare(a: TuningJob, b: TuningJob, column: SortColumn): number {
  switch (column) {
    case 'name':
      return a.name.localeCompare(b.name);
    case 'status':
      return a.status.localeCompare(b.status);
    case 'created':
      return a.creationTimeMs - b.creationTimeMs;
    case 'done':
      return endedCount(a) - endedCount(b);
    case 'best':
      return (objectiveOf(a) ?? Number.NEGATIVE_INFINITY) - (objectiveOf(b) ?? Number.NEGATIVE_INFINITY);
  }
}

export function objectiveOf(job: TuningJob): number | undefined {
  return job.bestTrainingJob?.tuning?.objectiveValue;
}

function endedCount({ trainingJobCounts: counts }: TuningJob): number {
  return counts.completed + counts.stopped + counts.retryableError + counts.nonRetryableError;
}
