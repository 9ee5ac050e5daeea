import { type Migration, type MigrationProvider, Migrator } from 'kysely';
import type { Database } from './database.js';
import * as foundations from './migrations/0001-foundations.js';
import * as deletion from './migrations/0002-deletion.js';
import * as stopRequests from './migrations/0003-stop-requests.js';

/** In the order of their names. A new migration is one file and one line here. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-foundations': { up: foundations.up, down: foundations.down },
  '0002-deletion': { up: deletion.up, down: deletion.down },
  '0003-stop-requests': { up: stopRequests.up, down: stopRequests.down },
};

class ListedMigrations implements MigrationProvider {
  getMigrations() {
    return Promise.resolve(MIGRATIONS);
  }
}

/**
 * Brings the schema up to date. Safe to call from several servers at once (they wait for each other).
 *
 * @returns names of the migrations that were applied now.
 * @throws when a migration fails; the schema is then as it was before.
 */
export async function migrateToLatest(database: Database): Promise<string[]> {
  const migrator = new Migrator({ db: database.query, provider: new ListedMigrations() });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return (results ?? []).map((result) => result.migrationName);
}
