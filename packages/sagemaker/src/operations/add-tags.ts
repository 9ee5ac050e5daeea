import type { AddTagsInput, AddTagsOutput } from '@aws-sdk/client-sagemaker';
import { taggedJob } from '../mapping/tagged-job.js';
import { tagList, tagRecord } from '../mapping/tags.js';
import { operation } from '../operation.js';

export const addTags = operation<AddTagsInput, AddTagsOutput>({
  name: 'AddTags',
  unknownJob: 'ValidationException',
  async perform({ ResourceArn, Tags }, { jobs, tenant, account }) {
    return { Tags: tagList(await jobs.addTags(tenant, taggedJob(account, ResourceArn), tagRecord(Tags))) };
  },
});
