import type { Operation } from './operation.js';
import { createHyperParameterTuningJob } from './operations/create-hyper-parameter-tuning-job.js';
import { createTrainingJob } from './operations/create-training-job.js';
import { describeHyperParameterTuningJob } from './operations/describe-hyper-parameter-tuning-job.js';
import { describeTrainingJob } from './operations/describe-training-job.js';
import { listHyperParameterTuningJobs } from './operations/list-hyper-parameter-tuning-jobs.js';
import { listTrainingJobs } from './operations/list-training-jobs.js';
import { listTrainingJobsForHyperParameterTuningJob } from './operations/list-training-jobs-for-hyper-parameter-tuning-job.js';
import { stopHyperParameterTuningJob } from './operations/stop-hyper-parameter-tuning-job.js';
import { stopTrainingJob } from './operations/stop-training-job.js';

const OPERATIONS: readonly Operation[] = [
  createHyperParameterTuningJob,
  createTrainingJob,
  describeHyperParameterTuningJob,
  describeTrainingJob,
  listHyperParameterTuningJobs,
  listTrainingJobs,
  listTrainingJobsForHyperParameterTuningJob,
  stopHyperParameterTuningJob,
  stopTrainingJob,
];

/** Every operation that Fleetune answers, by name. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  OPERATIONS.map((operation) => [operation.name, operation]),
);
