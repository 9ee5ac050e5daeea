import type {
  ListHyperParameterTuningJobsRequest,
  ListHyperParameterTuningJobsResponse,
} from '@aws-sdk/client-sagemaker';
import { EMPTY_PAGE, isNeverReached, pageRequest, timeWindow } from '../mapping/list-query.js';
import { tuningJobSummary } from '../mapping/tuning-job-summary.js';
import { operation } from '../operation.js';

export const listHyperParameterTuningJobs = operation<
  ListHyperParameterTuningJobsRequest,
  ListHyperParameterTuningJobsResponse
>({
  name: 'ListHyperParameterTuningJobs',
  unknownJob: 'ResourceNotFound',
  async perform(input, { jobs, tenant, account }) {
    const status = input.StatusEquals;
    const page = isNeverReached(status)
      ? EMPTY_PAGE
      : await jobs.summarizeTuningJobs(tenant, {
          ...pageRequest(input),
          ...timeWindow(input),
          nameContains: input.NameContains,
          status,
          sortBy: input.SortBy ?? 'Name',
        });
    return {
      HyperParameterTuningJobSummaries: page.items.map((line) => tuningJobSummary(line, account)),
      NextToken: page.nextToken,
    };
  },
});
