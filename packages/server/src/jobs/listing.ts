import { InvalidTokenError, type TrainingJobQuery, type TuningJobQuery } from '@fleetune/scheduler';
import { cursorLength, type JobListing, type JobSortColumn, type PageCursor } from '@fleetune/store';
import { decodePageToken, encodePageToken } from './page-token.js';

const SORT_COLUMNS: Readonly<Record<TrainingJobQuery['sortBy'], JobSortColumn>> = {
  Name: 'name',
  CreationTime: 'created_at',
  LastModifiedTime: 'last_modified_at',
  Status: 'status',
  FinalObjectiveMetricValue: 'objective',
};

/** One row more than asked for tells whether there is another page. */
export function listing(tenant: string, query: TrainingJobQuery | TuningJobQuery, token: string): JobListing {
  return {
    tenant,
    nameContains: query.nameContains,
    status: query.status,
    ...('warmPoolStatus' in query ? { warmPoolStatus: query.warmPoolStatus } : {}),
    createdAfter: dateOf(query.creationAfterMs),
    createdBefore: dateOf(query.creationBeforeMs),
    modifiedAfter: dateOf(query.modifiedAfterMs),
    modifiedBefore: dateOf(query.modifiedBeforeMs),
    sortBy: SORT_COLUMNS[query.sortBy],
    descending: query.sortOrder === 'Descending',
    limit: query.maxResults + 1,
    after:
      query.nextToken === undefined
        ? undefined
        : decodePageToken(token, query.nextToken, cursorLength(SORT_COLUMNS[query.sortBy])),
  };
}

export function tokenAfter(
  token: string,
  rows: readonly { readonly cursor: PageCursor }[],
  shown: readonly { readonly cursor: PageCursor }[],
): string | undefined {
  const last = shown.at(-1);
  if (last === undefined || rows.length <= shown.length) return undefined;
  return encodePageToken(token, last.cursor);
}

function dateOf(timeMs: number | undefined): Date | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs);
}

/** A cursor that was made up may hold what is no value of its column: PostgreSQL says so by an error of class 22. */
export async function refusingBadCursor<Rows>(rows: Promise<Rows>): Promise<Rows> {
  return rows.catch((error: unknown) => {
    const isBadValue = error instanceof Error && 'code' in error && String(error.code).startsWith('22');
    throw isBadValue ? new InvalidTokenError() : error;
  });
}
