import type { Page, TimeWindow } from '@fleetune/scheduler';

const DEFAULT_MAX_RESULTS = 10;

interface WireList {
  readonly MaxResults?: number;
  readonly NextToken?: string;
  readonly SortOrder?: 'Ascending' | 'Descending';
}

/** Size, place and order of a page; the API counts up by default. */
export function pageRequest({ MaxResults, NextToken, SortOrder }: WireList) {
  return {
    maxResults: MaxResults ?? DEFAULT_MAX_RESULTS,
    // Clients send the token they were given back as it was, and some an empty one at the start.
    ...(NextToken ? { nextToken: NextToken } : {}),
    sortOrder: SortOrder ?? 'Ascending',
  } as const;
}

export function timeWindow(input: {
  readonly CreationTimeAfter?: Date;
  readonly CreationTimeBefore?: Date;
  readonly LastModifiedTimeAfter?: Date;
  readonly LastModifiedTimeBefore?: Date;
}): TimeWindow {
  return {
    creationAfterMs: input.CreationTimeAfter?.getTime(),
    creationBeforeMs: input.CreationTimeBefore?.getTime(),
    modifiedAfterMs: input.LastModifiedTimeAfter?.getTime(),
    modifiedBeforeMs: input.LastModifiedTimeBefore?.getTime(),
  };
}

/** Statuses that the API knows and no job of Fleetune's ever has: a list by them is empty. */
export function isNeverReached(status: string | undefined): status is 'Deleting' | 'DeleteFailed' {
  return status === 'Deleting' || status === 'DeleteFailed';
}

export const EMPTY_PAGE: Page<never> = { items: [] };
