import type { Selectable } from 'kysely';
import type { Database } from './database.js';
import type { AccessKeyTable } from './schema.js';

export type AccessKeyRow = Selectable<AccessKeyTable>;

/** @returns false when there is a key of that id. */
export async function insertAccessKey(database: Database, key: AccessKeyRow): Promise<boolean> {
  const result = await database.query
    .insertInto('access_keys')
    .values(key)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Oldest first. */
export async function listAccessKeyRows(database: Database): Promise<AccessKeyRow[]> {
  return database.query.selectFrom('access_keys').selectAll().orderBy('created_at').orderBy('id').execute();
}

/** @returns false when there is no such key. */
export async function enableAccessKey(database: Database, id: string, enabled: boolean): Promise<boolean> {
  const result = await database.query
    .updateTable('access_keys')
    .set({ enabled })
    .where('id', '=', id)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** @returns false when there is no such key. */
export async function deleteAccessKey(database: Database, id: string): Promise<boolean> {
  const result = await database.query.deleteFrom('access_keys').where('id', '=', id).executeTakeFirst();
  return result.numDeletedRows === 1n;
}
