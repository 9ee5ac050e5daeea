import type { GetLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { boolean, integer, milliseconds } from '../input.js';
import { neighbourOperation } from '../operation.js';
import { logEvent } from './log-event.js';
import { groupMembers, requireGroup } from './log-group.js';
import { requireStream } from './log-stream.js';
import { linesAfter, linesBefore } from './log-window.js';
import { type Position, parsePositionToken, positionToken } from './position-token.js';
import { TrainingLog } from './training-log.js';

export const getLogEvents = neighbourOperation({
  name: 'GetLogEvents',
  input: z.strictObject({
    ...groupMembers,
    logStreamName: z.string().min(1).max(512),
    startTime: milliseconds.optional(),
    /** Events of this very time are left out. */
    endTime: milliseconds.optional(),
    nextToken: z.string().min(1).optional(),
    limit: integer(1, 10_000).optional(),
    startFromHead: boolean.optional(),
    /** Nothing is masked. */
    unmask: boolean.optional(),
  }),
  async perform(input, context): Promise<GetLogEventsResponse> {
    requireGroup(input);
    const given = input.nextToken === undefined ? undefined : parsePositionToken(input.nextToken);
    const { job } = await requireStream(input.logStreamName, context);
    const log = new TrainingLog(context.jobs, context.tenant, job.name);
    const attempt = job.attemptCount;
    const { direction, offset } = position(given, attempt, input.startFromHead);
    const window = { startMs: input.startTime ?? 0, endMs: input.endTime ?? Number.POSITIVE_INFINITY };
    const limit = input.limit ?? 10_000;
    const { lines, startOffset, endOffset } =
      direction === 'forward'
        ? await linesAfter(log, offset ?? 0, limit, window)
        : await linesBefore(log, offset ?? (await log.endOffset()), limit, window);
    return {
      events: lines.map(logEvent),
      nextForwardToken: positionToken({ direction: 'forward', attempt, offset: endOffset }),
      nextBackwardToken: positionToken({ direction: 'backward', attempt, offset: startOffset }),
    };
  },
});

/** A token of an attempt before the newest goes on with the newest from its very beginning, or end. */
function position(
  given: Position | undefined,
  attempt: number,
  startFromHead: boolean | undefined,
): { readonly direction: Position['direction']; readonly offset?: number } {
  if (given === undefined) return { direction: startFromHead === true ? 'forward' : 'backward' };
  return given.attempt === attempt ? given : { direction: given.direction };
}
