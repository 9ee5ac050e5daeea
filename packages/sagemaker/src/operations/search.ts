import type { SearchRequest, SearchResponse } from '@aws-sdk/client-sagemaker';
import { refuseUnsupported, UNSUPPORTED } from '../mapping/unsupported.js';
import { operation } from '../operation.js';
import { jobKindOf } from '../search/job-kinds.js';
import { searchJobs } from '../search/search-jobs.js';

export const search = operation<SearchRequest, SearchResponse>({
  name: 'Search',
  unknownJob: 'ResourceNotFound',
  async perform(input, context) {
    refuseUnsupported(input, UNSUPPORTED.search);
    const kind = jobKindOf(input.Resource);
    if (kind === undefined) return { Results: [] };
    const { items, nextToken } = await searchJobs(input, kind, context);
    return { Results: [...items], NextToken: nextToken };
  },
});
