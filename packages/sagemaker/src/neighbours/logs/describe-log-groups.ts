import type { DescribeLogGroupsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { boolean, integer } from '../input.js';
import { neighbourOperation } from '../operation.js';
import { groupArn, TRAINING_JOBS_GROUP } from './log-group.js';

export const describeLogGroups = neighbourOperation({
  name: 'DescribeLogGroups',
  input: z.strictObject({
    logGroupNamePrefix: z.string().min(1).max(512).optional(),
    logGroupNamePattern: z.string().max(512).optional(),
    logGroupClass: z.enum(['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY', 'ESSENTIALS']).optional(),
    includeLinkedAccounts: boolean.optional(),
    limit: integer(1, 50).optional(),
  }),
  async perform(input, { account }): Promise<DescribeLogGroupsResponse> {
    const found =
      TRAINING_JOBS_GROUP.startsWith(input.logGroupNamePrefix ?? '') &&
      TRAINING_JOBS_GROUP.includes(input.logGroupNamePattern ?? '') &&
      (input.logGroupClass ?? 'STANDARD') === 'STANDARD';
    if (!found) return { logGroups: [] };
    return {
      logGroups: [
        {
          logGroupName: TRAINING_JOBS_GROUP,
          // The group has always been there, and nobody adds up its logs.
          creationTime: 0,
          storedBytes: 0,
          metricFilterCount: 0,
          arn: `${groupArn(account)}:*`,
          logGroupArn: groupArn(account),
          logGroupClass: 'STANDARD',
        },
      ],
    };
  },
});
