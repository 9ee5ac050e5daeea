import type { DeleteTagsInput, DeleteTagsOutput } from '@aws-sdk/client-sagemaker';
import { taggedJob } from '../mapping/tagged-job.js';
import { operation } from '../operation.js';

export const deleteTags = operation<DeleteTagsInput, DeleteTagsOutput>({
  name: 'DeleteTags',
  unknownJob: 'ValidationException',
  async perform({ ResourceArn, TagKeys }, { jobs, tenant, account }) {
    await jobs.removeTags(tenant, taggedJob(account, ResourceArn), TagKeys);
    return {};
  },
});
