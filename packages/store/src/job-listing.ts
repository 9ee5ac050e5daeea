import { type SelectQueryBuilder, sql } from 'kysely';
import type { Database } from './database.js';
import type { StoredTrainingJob, StoredTuningJob } from './jobs.js';
import type { Schema } from './schema.js';

export type JobSortColumn = 'name' | 'created_at' | 'status' | 'objective';

/** Where a page begins: just after this row in the query's order. */
export interface PageCursor {
  /** The sort column's value as text. */
  readonly value: string;
  readonly id: string;
}

export interface JobListing {
  readonly tenant: string;
  readonly nameContains?: string;
  readonly status?: string;
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  readonly modifiedAfter?: Date;
  readonly modifiedBefore?: Date;
  readonly sortBy: JobSortColumn;
  readonly descending: boolean;
  readonly limit: number;
  readonly after?: PageCursor;
}

export type Listed<Row> = readonly (Row & { readonly cursor_value: string })[];

export async function listTrainingJobRows(
  database: Database,
  listing: JobListing & { readonly tuningJobId?: string },
): Promise<Listed<StoredTrainingJob>> {
  let query = database.query.selectFrom('training_jobs').selectAll();
  if (listing.tuningJobId !== undefined) query = query.where('tuning_job_id', '=', listing.tuningJobId);
  return listed(query, listing, 'training_jobs') as unknown as Promise<Listed<StoredTrainingJob>>;
}

export async function listTuningJobRows(database: Database, listing: JobListing): Promise<Listed<StoredTuningJob>> {
  const query = database.query.selectFrom('tuning_jobs').selectAll();
  return listed(query, listing, 'tuning_jobs') as unknown as Promise<Listed<StoredTuningJob>>;
}

/** The filters, order and cursor that both tables share. */
function listed<Table extends 'training_jobs' | 'tuning_jobs', Output>(
  query: SelectQueryBuilder<Schema, Table, Output>,
  listing: JobListing,
  table: Table,
): Promise<unknown[]> {
  const column = sql.ref(`${table}.${listing.sortBy}`);
  const id = sql.ref(`${table}.id`);
  const order = sql.raw(listing.descending ? 'DESC' : 'ASC');
  const conditions = [
    sql`${sql.ref(`${table}.tenant`)} = ${listing.tenant}`,
    sql`${sql.ref(`${table}.deleted_at`)} IS NULL`,
  ];
  if (listing.nameContains !== undefined) {
    conditions.push(sql`position(${listing.nameContains} in ${sql.ref(`${table}.name`)}) > 0`);
  }
  if (listing.status !== undefined) conditions.push(sql`${sql.ref(`${table}.status`)} = ${listing.status}`);
  if (listing.createdAfter) conditions.push(sql`${sql.ref(`${table}.created_at`)} > ${listing.createdAfter}`);
  if (listing.createdBefore) conditions.push(sql`${sql.ref(`${table}.created_at`)} < ${listing.createdBefore}`);
  if (listing.modifiedAfter) conditions.push(sql`${sql.ref(`${table}.last_modified_at`)} > ${listing.modifiedAfter}`);
  if (listing.modifiedBefore) conditions.push(sql`${sql.ref(`${table}.last_modified_at`)} < ${listing.modifiedBefore}`);
  // As on SageMaker: a listing by objective is of those that have one.
  if (listing.sortBy === 'objective') conditions.push(sql`${column} IS NOT NULL`);
  if (listing.after !== undefined) conditions.push(afterCursor(listing, listing.after, column, id));
  return query
    .select(sql<string>`${column}::text`.as('cursor_value'))
    .where(sql<boolean>`${sql.join(conditions, sql` AND `)}`)
    .orderBy(sql`${column} ${order}`)
    .orderBy(sql`${id} ${order}`)
    .limit(listing.limit)
    .execute() as Promise<unknown[]>;
}

const COLUMN_TYPES: Readonly<Record<JobSortColumn, string>> = {
  name: 'text',
  created_at: 'timestamptz',
  status: 'text',
  objective: 'double precision',
};

function afterCursor(
  listing: JobListing,
  after: PageCursor,
  column: ReturnType<typeof sql.ref>,
  id: ReturnType<typeof sql.ref>,
) {
  const beyond = sql.raw(listing.descending ? '<' : '>');
  const value = sql`${after.value}::${sql.raw(COLUMN_TYPES[listing.sortBy])}`;
  return sql`(${column}, ${id}) ${beyond} (${value}, ${after.id}::uuid)`;
}
