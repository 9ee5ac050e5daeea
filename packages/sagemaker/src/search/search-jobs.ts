import type { SearchRequest } from '@aws-sdk/client-sagemaker';
import type { Page, SortOrder } from '@fleetune/scheduler';
import { type ConstraintFault, constraintException } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';
import { ValidationException } from '../wire/aws-error.js';
import { expressionTest } from './expression.js';
import type { Test } from './filter.js';
import type { Found, JobKind, JobListing, SearchContext } from './job-kinds.js';
import { narrowing } from './narrowing.js';
import { type Property, propertyOf } from './property.js';
import { type ReadPage, scan, scanAll } from './scan.js';
import { searchPlace, searchToken } from './search-token.js';
import { comparePlaces, sortRecords } from './sort-records.js';

const DEFAULT_MAX_RESULTS = 10;
/** A sort by what jobs are not listed by reads all of them. */
const MAX_SORTED = 5000;

/**
 * Jobs of one kind by what the request asks.
 *
 * Without a `SortBy`, and by name, status or time, the listing of jobs has the order and each call reads a
 * bounded part of it. By everything else, all jobs are read.
 *
 * @throws ValidationException when the request cannot be understood, or too many jobs would have to be sorted.
 */
export async function searchJobs(
  { SearchExpression, SortBy, SortOrder: sortOrder = 'Descending', MaxResults, NextToken }: Validated<SearchRequest>,
  kind: JobKind,
  context: SearchContext,
): Promise<Page<Found>> {
  const faults: ConstraintFault[] = [];
  const test = SearchExpression && expressionTest(SearchExpression, kind.shapeName, 'searchExpression', faults);
  const sortProperty = SortBy === undefined ? undefined : propertyOf(kind.shapeName, SortBy);
  if (SortBy !== undefined && (sortProperty === undefined || sortProperty.type === 'whole')) {
    const constraint = 'Member must be a property of the resource that has one value';
    faults.push({ path: 'sortBy', value: SortBy, constraint });
  }
  if (faults.length > 0) throw constraintException(faults);

  const query = [kind.shapeName, SearchExpression, SortBy, sortOrder];
  const { listing, after } = NextToken ? searchPlace(query, NextToken) : {};
  const sortBy = listingOrder(SortBy, kind);
  const narrowed = narrowing(SearchExpression, kind);
  const read: ReadPage = (maxResults, nextToken) =>
    kind.list(context, {
      ...narrowed,
      sortBy: sortBy ?? 'Name',
      sortOrder,
      maxResults,
      ...(nextToken ? { nextToken } : {}),
    });
  const maxResults = MaxResults ?? DEFAULT_MAX_RESULTS;

  if (sortBy !== undefined || sortProperty === undefined) {
    const { items, nextToken } = await scan(read, test, maxResults, listing);
    const token = nextToken === undefined ? undefined : searchToken(query, { listing: nextToken });
    return { items: items.map(kind.result), nextToken: token };
  }
  const sorted = await sortAll(read, test, sortProperty, kind, sortOrder, SortBy ?? '');
  const left = sorted.filter(({ place }) => after === undefined || comparePlaces(place, after, sortOrder) > 0);
  const page = left.slice(0, maxResults);
  const last = left.length > page.length ? page.at(-1) : undefined;
  return {
    items: page.map(({ record }) => kind.result(record)),
    nextToken: last && searchToken(query, { after: last.place }),
  };
}

/** How the listing is to be ordered for a sort by the property; undefined when it cannot be. */
function listingOrder(sortBy: string | undefined, kind: JobKind): JobListing['sortBy'] | undefined {
  if (sortBy === undefined || sortBy === 'LastModifiedTime') return 'LastModifiedTime';
  if (sortBy === 'CreationTime') return 'CreationTime';
  if (sortBy === kind.nameProperty) return 'Name';
  return sortBy === kind.statusProperty ? 'Status' : undefined;
}

async function sortAll(
  read: ReadPage,
  test: Test | undefined,
  property: Property,
  kind: JobKind,
  order: SortOrder,
  sortBy: string,
) {
  const records = await scanAll(read, test, MAX_SORTED);
  if (records === undefined) {
    throw new ValidationException(
      `More than ${MAX_SORTED} jobs would have to be sorted by ${sortBy}. Narrow the search by ${kind.nameProperty}, ${kind.statusProperty} or CreationTime, or sort by one of them.`,
    );
  }
  const name = propertyOf(kind.shapeName, kind.nameProperty);
  return sortRecords(records, property, (record) => String(name?.read(record)[0]), order);
}
