import type { TrainingJobSummary, TuningJob } from '@fleetune/api/contract';
import { tunedNames } from '../render/numbers.js';

/** A column of values; `undefined` where a row has none. */
export interface Column {
  readonly name: string;
  readonly type: 'text' | 'number' | 'time';
  readonly values: readonly (string | number | undefined)[];
}

/** One row a training job of a tuning job, in the order of suggestion; hyperparameters are columns `config.<name>`. */
export function trainingJobTable(job: TuningJob, trainingJobs: readonly TrainingJobSummary[]): Column[] {
  const column = (
    name: string,
    type: Column['type'],
    value: (training: TrainingJobSummary) => string | number | undefined,
  ): Column => ({ name, type, values: trainingJobs.map(value) });
  const ranges = job.definitions.flatMap((definition) => definition.ranges);
  return [
    column('number', 'number', ({ index }) => index + 1),
    column('training_job', 'text', ({ name }) => name),
    column('definition', 'text', ({ definitionName }) => definitionName),
    column('status', 'text', ({ status }) => status),
    column('objective', 'number', ({ objectiveValue }) => objectiveValue),
    ...tunedNames(job).map((name) => {
      const isText = ranges.some((range) => range.name === name && range.kind === 'categorical');
      return column(`config.${name}`, isText ? 'text' : 'number', ({ configuration }) => configuration[name]);
    }),
    column('created', 'time', ({ creationTimeMs }) => creationTimeMs),
    column('training_started', 'time', ({ trainingStartTimeMs }) => trainingStartTimeMs),
    column('training_ended', 'time', ({ trainingEndTimeMs }) => trainingEndTimeMs),
    column('training_seconds', 'number', ({ trainingTimeSeconds }) => trainingTimeSeconds),
    column('instance_type', 'text', ({ instanceType }) => instanceType),
    column('attempts', 'number', ({ attemptCount }) => attemptCount),
    column('failure_reason', 'text', ({ failureReason }) => failureReason),
  ];
}
