import type { DescribeLogStreamsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { boolean, InvalidInputError, integer } from '../input.js';
import { neighbourOperation } from '../operation.js';
import { groupArn, groupMembers, requireGroup } from './log-group.js';
import { listStreams } from './log-stream.js';

export const describeLogStreams = neighbourOperation({
  name: 'DescribeLogStreams',
  input: z.strictObject({
    ...groupMembers,
    logStreamNamePrefix: z.string().min(1).max(512).optional(),
    orderBy: z.enum(['LogStreamName', 'LastEventTime']).optional(),
    descending: boolean.optional(),
    nextToken: z.string().min(1).optional(),
    limit: integer(1, 50).optional(),
  }),
  async perform(input, context): Promise<DescribeLogStreamsResponse> {
    requireGroup(input);
    if (input.orderBy === 'LastEventTime' && input.logStreamNamePrefix !== undefined) {
      throw new InvalidInputError('Cannot order by LastEventTime with a logStreamNamePrefix.');
    }
    const { streams, nextToken } = await listStreams(
      {
        prefix: input.logStreamNamePrefix ?? '',
        // Nobody keeps the time of each log's last line; the jobs' own order is near to it.
        sortBy: input.orderBy === 'LastEventTime' ? 'CreationTime' : 'Name',
        descending: input.descending ?? false,
        limit: input.limit ?? 50,
        ...(input.nextToken === undefined ? {} : { nextToken: input.nextToken }),
      },
      context,
    );
    return {
      logStreams: streams.map(({ name, job }) => ({
        logStreamName: name,
        creationTime: job.creationTimeMs,
        firstEventTimestamp: job.trainingStartTimeMs,
        arn: `${groupArn(context.account)}:log-stream:${name}`,
        storedBytes: 0,
      })),
      nextToken,
    };
  },
});
