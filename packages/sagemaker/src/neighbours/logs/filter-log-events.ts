import type { FilteredLogEvent, FilterLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import { z } from 'zod';
import { boolean, InvalidInputError, integer, milliseconds } from '../input.js';
import { type NeighbourContext, neighbourOperation } from '../operation.js';
import { type MessageFilter, parseFilterPattern } from './filter-pattern.js';
import { logEvent } from './log-event.js';
import { groupMembers, requireGroup } from './log-group.js';
import { type LogStream, listStreams, requireStream } from './log-stream.js';
import { linesAfter, type TimeWindow } from './log-window.js';
import { parseSearchToken, type SearchPlace, searchToken } from './search-token.js';
import { TrainingLog } from './training-log.js';

/** Streams that one page of a search over all of them goes through at most. */
const STREAMS_A_PAGE = 20;
const SEARCHED_BYTES_A_PAGE = 1024 * 1024;

export const filterLogEvents = neighbourOperation({
  name: 'FilterLogEvents',
  input: z.strictObject({
    ...groupMembers,
    logStreamNames: z.array(z.string().min(1).max(512)).min(1).max(100).optional(),
    logStreamNamePrefix: z.string().min(1).max(512).optional(),
    startTime: milliseconds.optional(),
    /** Events of this very time are still in. */
    endTime: milliseconds.optional(),
    filterPattern: z.string().max(1024).optional(),
    nextToken: z.string().min(1).optional(),
    limit: integer(1, 10_000).optional(),
    /** The events of a page are always in the order of time. */
    interleaved: boolean.optional(),
    /** Nothing is masked. */
    unmask: boolean.optional(),
  }),
  async perform(input, context): Promise<FilterLogEventsResponse> {
    requireGroup(input);
    if (input.logStreamNames !== undefined && input.logStreamNamePrefix !== undefined) {
      throw new InvalidInputError('Give one of logStreamNames and logStreamNamePrefix.');
    }
    const place = input.nextToken === undefined ? {} : parseSearchToken(input.nextToken);
    const { streams, nextToken: nextPage } =
      input.logStreamNames === undefined
        ? await listStreams(
            {
              prefix: input.logStreamNamePrefix ?? '',
              sortBy: 'Name',
              descending: false,
              limit: STREAMS_A_PAGE,
              ...(place.page === undefined ? {} : { nextToken: place.page }),
            },
            context,
          )
        : { streams: await requireStreams(input.logStreamNames, context), nextToken: undefined };
    const { events, next } = await search(streams, place, context, {
      window: { startMs: input.startTime ?? 0, endMs: (input.endTime ?? Number.POSITIVE_INFINITY) + 1 },
      matches: parseFilterPattern(input.filterPattern ?? ''),
      limit: input.limit ?? 10_000,
    });
    const rest = next ?? (nextPage === undefined ? undefined : { page: nextPage });
    return {
      events: events.sort((a, b) => (a.timestamp ?? 0) - (b.timestamp ?? 0)),
      searchedLogStreams: [],
      nextToken: rest === undefined ? undefined : searchToken(rest),
    };
  },
});

/** In the order of their names, which is the order of a search. */
async function requireStreams(names: readonly string[], context: NeighbourContext): Promise<LogStream[]> {
  const streams = await Promise.all([...new Set(names)].map((name) => requireStream(name, context)));
  return streams.sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Search {
  readonly window: TimeWindow;
  readonly matches: MessageFilter;
  readonly limit: number;
}

/** Goes through streams from a place on, until there are enough events; `next` is where it left off before the end. */
async function search(
  streams: readonly LogStream[],
  place: SearchPlace,
  { jobs, tenant }: NeighbourContext,
  { window, matches, limit }: Search,
): Promise<{ readonly events: FilteredLogEvent[]; readonly next?: SearchPlace }> {
  const events: FilteredLogEvent[] = [];
  let bytesLeft = SEARCHED_BYTES_A_PAGE;
  // The streams before the one to go on with have been searched; when it is gone, the next one takes its place.
  for (const { name, job } of streams.filter((stream) => stream.name >= (place.stream ?? ''))) {
    const attempt = job.attemptCount;
    if (events.length >= limit || bytesLeft <= 0) return { events, next: { page: place.page, stream: name } };
    const goesOn = place.stream === name && place.attempt === attempt;
    const log = new TrainingLog(jobs, tenant, job.name);
    const found = await linesAfter(log, goesOn ? (place.offset ?? 0) : 0, limit - events.length, window);
    bytesLeft -= found.endOffset - found.startOffset;
    for (const line of found.lines.filter(({ text }) => matches(text))) {
      events.push({ ...logEvent(line), logStreamName: name, eventId: `${job.id}/${attempt}/${line.offset}` });
    }
    if (found.hasMore) {
      return { events, next: { page: place.page, stream: name, attempt, offset: found.endOffset } };
    }
  }
  return { events };
}
