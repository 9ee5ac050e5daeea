import type {
  ListTrainingJobsForHyperParameterTuningJobRequest,
  ListTrainingJobsForHyperParameterTuningJobResponse,
} from '@aws-sdk/client-sagemaker';
import { EMPTY_PAGE, isNeverReached, pageRequest } from '../mapping/list-query.js';
import { tunedTrainingJobSummary } from '../mapping/training-job-summary.js';
import { operation } from '../operation.js';

export const listTrainingJobsForHyperParameterTuningJob = operation<
  ListTrainingJobsForHyperParameterTuningJobRequest,
  ListTrainingJobsForHyperParameterTuningJobResponse
>({
  name: 'ListTrainingJobsForHyperParameterTuningJob',
  unknownJob: 'ResourceNotFound',
  async perform(input, { jobs, tenant, account }) {
    const status = input.StatusEquals;
    const page = isNeverReached(status)
      ? EMPTY_PAGE
      : await jobs.listTrainingJobs(tenant, {
          ...pageRequest(input),
          tuningJobName: input.HyperParameterTuningJobName,
          status,
          sortBy: input.SortBy ?? 'Name',
        });
    return {
      TrainingJobSummaries: page.items.map((view) => tunedTrainingJobSummary(view, account)),
      NextToken: page.nextToken,
    };
  },
});
