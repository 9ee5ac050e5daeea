import type { ListTrainingJobsRequest, ListTrainingJobsResponse } from '@aws-sdk/client-sagemaker';
import { EMPTY_PAGE, isNeverReached, pageRequest, timeWindow } from '../mapping/list-query.js';
import { trainingJobSummary } from '../mapping/training-job-summary.js';
import { refuseUnsupported, UNSUPPORTED } from '../mapping/unsupported.js';
import { operation } from '../operation.js';

export const listTrainingJobs = operation<ListTrainingJobsRequest, ListTrainingJobsResponse>({
  name: 'ListTrainingJobs',
  unknownJob: 'ValidationException',
  async perform(input, { jobs, tenant, account }) {
    refuseUnsupported(input, UNSUPPORTED.listTrainingJobs);
    const status = input.StatusEquals;
    const page = isNeverReached(status)
      ? EMPTY_PAGE
      : await jobs.summarizeTrainingJobs(tenant, {
          ...pageRequest(input),
          ...timeWindow(input),
          nameContains: input.NameContains,
          status,
          warmPoolStatus: input.WarmPoolStatusEquals,
          sortBy: input.SortBy ?? 'CreationTime',
        });
    return {
      TrainingJobSummaries: page.items.map((line) => trainingJobSummary(line, account)),
      NextToken: page.nextToken,
    };
  },
});
