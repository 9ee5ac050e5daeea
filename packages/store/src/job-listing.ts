import { createHash } from 'node:crypto';
import type { Database } from './database.js';
import { isNoText, type StoredTrainingJob, type StoredTuningJob } from './jobs.js';

export type JobSortColumn = 'name' | 'created_at' | 'last_modified_at' | 'status' | 'objective';

/** Where a page begins: just after the row with these values of the order's columns, each as text. */
export type PageCursor = readonly string[];

export interface JobListing {
  readonly tenant: string;
  readonly nameContains?: string;
  readonly status?: string;
  /** Of training jobs only. */
  readonly warmPoolStatus?: string;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  readonly modifiedAfter?: Date;
  readonly modifiedBefore?: Date;
  readonly sortBy: JobSortColumn;
  readonly descending: boolean;
  readonly limit: number;
  readonly after?: PageCursor;
}

export interface TrainingJobListing extends JobListing {
  /** Only the training jobs of this tuning job. */
  readonly tuningJobId?: string;
}

export type Listed<Row> = readonly (Row & { readonly cursor: PageCursor })[];

/** An order is that of these columns, and never has a tie. An index of each table begins with the tenant and has them. */
const ORDERS: Readonly<Record<JobSortColumn, readonly (keyof typeof COLUMN_TYPES)[]>> = {
  name: ['name'],
  created_at: ['created_at', 'id'],
  last_modified_at: ['last_modified_at', 'id'],
  status: ['status', 'created_at', 'id'],
  objective: ['objective', 'id'],
};

const COLUMN_TYPES = {
  name: 'text',
  created_at: 'timestamptz',
  last_modified_at: 'timestamptz',
  status: 'text',
  objective: 'double precision',
  id: 'uuid',
} as const;

/** How many values a cursor of the order has. */
export function cursorLength(sortBy: JobSortColumn): number {
  return ORDERS[sortBy].length;
}

/** Few training jobs have one: only theirs need be looked up. */
interface WarmPoolMark {
  readonly has_warm_pool: boolean;
}

const WARM_POOL_MARK = 'EXISTS (SELECT FROM warm_pools WHERE training_job_id = training_jobs.id) AS has_warm_pool';

export function listTrainingJobRows(
  database: Database,
  listing: TrainingJobListing,
): Promise<Listed<StoredTrainingJob & WarmPoolMark>> {
  return listed(database, 'training_jobs', listing, `*, ${WARM_POOL_MARK}`);
}

/** What a line of a listing needs: without the specification and whatever else is large. */
export type StoredTrainingJobLine = Pick<
  StoredTrainingJob,
  | 'id'
  | 'name'
  | 'status'
  | 'secondary_status'
  | 'stop_requested_at'
  | 'created_at'
  | 'last_modified_at'
  | 'training_ended_at'
>;

const LINE_COLUMNS =
  'id, name, status, secondary_status, stop_requested_at, created_at, last_modified_at, training_ended_at';

export function listTrainingJobLines(
  database: Database,
  listing: TrainingJobListing,
): Promise<Listed<StoredTrainingJobLine & WarmPoolMark>> {
  return listed(database, 'training_jobs', listing, `${LINE_COLUMNS}, ${WARM_POOL_MARK}`);
}

export function listTuningJobRows(database: Database, listing: JobListing): Promise<Listed<StoredTuningJob>> {
  return listed(database, 'tuning_jobs', listing, '*');
}

async function listed<Row extends object>(
  { pool }: Database,
  table: 'training_jobs' | 'tuning_jobs',
  listing: TrainingJobListing,
  columns: string,
): Promise<Listed<Row>> {
  if (isNoText(listing.nameContains ?? '')) return [];
  const { text, values, isPlain } = listingQuery(table, columns, listing);
  // What everybody asks is planned once a connection. The rest is planned by its values: a rare part of a name is
  // looked up in its index, a frequent one is soon met in the order of the listing.
  const found = await pool.query<Row & { cursor: string[] }>({
    ...(isPlain ? { name: nameOf(text) } : {}),
    text,
    values,
  });
  return found.rows;
}

/** How many rows the pages have that most clients ask for, and the one more that tells of a next page. */
const USUAL_LIMITS: readonly number[] = [11, 101];

function listingQuery(table: string, columns: string, listing: TrainingJobListing) {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const order = ORDERS[listing.sortBy];
  const filters: string[] = [];
  if (listing.nameContains !== undefined) filters.push(nameFilter(listing.nameContains, parameter));
  if (listing.status !== undefined) filters.push(`status = ${parameter(listing.status)}`);
  if (listing.warmPoolStatus !== undefined) {
    const pools = `SELECT training_job_id FROM warm_pools WHERE tenant = ${parameter(listing.tenant)}`;
    filters.push(`id IN (${pools} AND status = ${parameter(listing.warmPoolStatus)})`);
  }
  if (listing.createdAfter) filters.push(`created_at > ${parameter(listing.createdAfter)}`);
  if (listing.createdBefore) filters.push(`created_at < ${parameter(listing.createdBefore)}`);
  if (listing.modifiedAfter) filters.push(`last_modified_at > ${parameter(listing.modifiedAfter)}`);
  if (listing.modifiedBefore) filters.push(`last_modified_at < ${parameter(listing.modifiedBefore)}`);
  const conditions = [`tenant = ${parameter(listing.tenant)}`, 'deleted_at IS NULL', ...filters];
  if (listing.tuningJobId !== undefined) conditions.push(`tuning_job_id = ${parameter(listing.tuningJobId)}`);
  // As on SageMaker: a listing by objective is of those that have one.
  if (listing.sortBy === 'objective') conditions.push('objective IS NOT NULL');
  if (listing.after !== undefined) {
    const place = order.map((column, index) => `${parameter(listing.after?.[index])}::${COLUMN_TYPES[column]}`);
    conditions.push(`(${order.join(', ')}) ${listing.descending ? '<' : '>'} (${place.join(', ')})`);
  }
  const direction = listing.descending ? 'DESC' : 'ASC';
  const text = `
    SELECT ${columns}, ARRAY[${order.map((column) => `${column}::text`).join(', ')}] AS cursor
    FROM ${table}
    WHERE ${conditions.join(' AND ')}
    ORDER BY ${order.map((column) => `${column} ${direction}`).join(', ')}
    LIMIT ${Math.trunc(listing.limit)}`;
  return { text, values, isPlain: isPlain(listing) };
}

/** Whether the plan of one such listing is that of all: an index has its filters and its order. */
function isPlain({ nameContains, warmPoolStatus, sortBy, limit, ...filters }: JobListing): boolean {
  const isOrdered = (column: JobSortColumn, ...ends: unknown[]) => sortBy === column || ends.every((end) => !end);
  return (
    nameContains === undefined &&
    warmPoolStatus === undefined &&
    USUAL_LIMITS.includes(limit) &&
    isOrdered('created_at', filters.status, filters.createdAfter, filters.createdBefore) &&
    isOrdered('last_modified_at', filters.modifiedAfter, filters.modifiedBefore)
  );
}

/** What has no trigram cannot be looked up in their index, but is soon met in the order of the listing. */
function nameFilter(part: string, parameter: (value: unknown) => string): string {
  if (part.length < 3) return `position(${parameter(part)} IN name) > 0`;
  return `name LIKE ${parameter(`%${part.replace(/[\\%_]/g, '\\$&')}%`)}`;
}

function nameOf(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}
