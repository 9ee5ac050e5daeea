import type { TrainingJobSummary } from '@fleetune/api/contract';
import { trainedSeconds } from '../../data/trained-seconds.js';

/** A column of the table: one of the fixed ones, or `hp:` and a hyperparameter's name. */
export type TableColumn = 'number' | 'name' | 'status' | 'objective' | 'seconds' | 'instance' | `hp:${string}`;

export interface TableOrder {
  readonly column: TableColumn;
  readonly descending: boolean;
}

export interface TableFilter {
  readonly text: string;
  readonly status: TrainingJobSummary['status'] | undefined;
  /** Names that a brush selected; undefined for all. */
  readonly selected: ReadonlySet<string> | undefined;
}

/** The training jobs that pass, in order; what has no value in the column comes last whichever way it is sorted. */
export function sortTrainingJobs(
  jobs: readonly TrainingJobSummary[],
  filter: TableFilter,
  { column, descending }: TableOrder,
): TrainingJobSummary[] {
  const text = filter.text.trim().toLowerCase();
  const passing = jobs.filter(
    (job) =>
      (filter.status === undefined || job.status === filter.status) &&
      (filter.selected?.has(job.name) ?? true) &&
      (text === '' ||
        job.name.toLowerCase().includes(text) ||
        (job.failureReason?.toLowerCase().includes(text) ?? false)),
  );
  const direction = descending ? -1 : 1;
  return passing.sort((a, b) => {
    const left = cell(a, column);
    const right = cell(b, column);
    if (left === undefined || right === undefined) {
      return left === right ? a.index - b.index : left === undefined ? 1 : -1;
    }
    const order =
      typeof left === 'number' && typeof right === 'number' ? left - right : String(left).localeCompare(String(right));
    return direction * order || a.index - b.index;
  });
}

/** What stands in a column; undefined where there is nothing, or no number. */
export function cell(job: TrainingJobSummary, column: TableColumn): number | string | undefined {
  switch (column) {
    case 'number':
      return job.index + 1;
    case 'name':
      return job.name;
    case 'status':
      return job.status;
    case 'objective':
      return Number.isNaN(job.objectiveValue) ? undefined : job.objectiveValue;
    case 'seconds':
      return trainedSeconds(job);
    case 'instance':
      return job.instanceType;
    default:
      return job.configuration[column.slice('hp:'.length)];
  }
}
