import type { Operation } from './operation.js';
import { addTags } from './operations/add-tags.js';
import { createHyperParameterTuningJob } from './operations/create-hyper-parameter-tuning-job.js';
import { createTrainingJob } from './operations/create-training-job.js';
import { deleteHyperParameterTuningJob } from './operations/delete-hyper-parameter-tuning-job.js';
import { deleteTags } from './operations/delete-tags.js';
import { deleteTrainingJob } from './operations/delete-training-job.js';
import { describeHyperParameterTuningJob } from './operations/describe-hyper-parameter-tuning-job.js';
import { describeTrainingJob } from './operations/describe-training-job.js';
import { getSearchSuggestions } from './operations/get-search-suggestions.js';
import { listHyperParameterTuningJobs } from './operations/list-hyper-parameter-tuning-jobs.js';
import { listTags } from './operations/list-tags.js';
import { listTrainingJobs } from './operations/list-training-jobs.js';
import { listTrainingJobsForHyperParameterTuningJob } from './operations/list-training-jobs-for-hyper-parameter-tuning-job.js';
import { search } from './operations/search.js';
import { stopHyperParameterTuningJob } from './operations/stop-hyper-parameter-tuning-job.js';
import { stopTrainingJob } from './operations/stop-training-job.js';
import { updateTrainingJob } from './operations/update-training-job.js';

const OPERATIONS: readonly Operation[] = [
  addTags,
  createHyperParameterTuningJob,
  createTrainingJob,
  deleteHyperParameterTuningJob,
  deleteTags,
  deleteTrainingJob,
  describeHyperParameterTuningJob,
  describeTrainingJob,
  getSearchSuggestions,
  listHyperParameterTuningJobs,
  listTags,
  listTrainingJobs,
  listTrainingJobsForHyperParameterTuningJob,
  search,
  stopHyperParameterTuningJob,
  stopTrainingJob,
  updateTrainingJob,
];

/** Every operation that Fleetune answers, by name. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  OPERATIONS.map((operation) => [operation.name, operation]),
);
