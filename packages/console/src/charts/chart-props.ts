import type { TrainingJobSummary, TuningJob } from '@fleetune/api/contract';

/** What every chart of a tuning job is made from. */
export interface TuningChartProps {
  readonly job: TuningJob;
  readonly trainingJobs: readonly TrainingJobSummary[];
  /** A training job was picked in the chart. */
  readonly onPick: (trainingJobName: string) => void;
}

export const NO_OBJECTIVE_YET = 'No training job has reported its objective yet.';
