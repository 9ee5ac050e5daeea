import type { ListTagsInput, ListTagsOutput } from '@aws-sdk/client-sagemaker';
import { InvalidTokenError } from '@fleetune/scheduler';
import { taggedJob } from '../mapping/tagged-job.js';
import { tagList } from '../mapping/tags.js';
import { operation } from '../operation.js';

/** As many tags as an answer may hold; clients cannot ask for fewer than 50 a page. */
const PAGE = 50;

export const listTags = operation<ListTagsInput, ListTagsOutput>({
  name: 'ListTags',
  unknownJob: 'ValidationException',
  async perform({ ResourceArn, NextToken }, { jobs, tenant, account }) {
    const all = tagList(await jobs.tags(tenant, taggedJob(account, ResourceArn)));
    const afterKey = NextToken ? keyOf(NextToken) : undefined;
    const left = all.filter(({ Key = '' }) => afterKey === undefined || Key > afterKey);
    const page = left.slice(0, PAGE);
    const lastKey = page.at(-1)?.Key;
    return { Tags: page, ...(left.length > PAGE && lastKey ? { NextToken: tokenOf(lastKey) } : {}) };
  },
});

function tokenOf(lastKey: string): string {
  return Buffer.from(lastKey).toString('base64url');
}

/** @throws InvalidTokenError for a token that no page ended with. */
function keyOf(token: string): string {
  const key = Buffer.from(token, 'base64url').toString();
  if (tokenOf(key) !== token) throw new InvalidTokenError();
  return key;
}
