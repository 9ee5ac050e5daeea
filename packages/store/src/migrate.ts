import { type Migration, type MigrationProvider, Migrator } from 'kysely';
import { type Database, openDatabase } from './database.js';
import * as foundations from './migrations/0001-foundations.js';
import * as deletion from './migrations/0002-deletion.js';
import * as stopRequests from './migrations/0003-stop-requests.js';
import * as listingIndexes from './migrations/0004-listing-indexes.js';
import * as accessKeys from './migrations/0005-access-keys.js';
import * as folds from './migrations/0006-folds.js';
import * as spot from './migrations/0007-spot.js';
import * as warmPools from './migrations/0008-warm-pools.js';

/** In the order of their names. A new migration is one file and one line here. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-foundations': { up: foundations.up, down: foundations.down },
  '0002-deletion': { up: deletion.up, down: deletion.down },
  '0003-stop-requests': { up: stopRequests.up, down: stopRequests.down },
  '0004-listing-indexes': { up: listingIndexes.up, down: listingIndexes.down },
  '0005-access-keys': { up: accessKeys.up, down: accessKeys.down },
  '0006-folds': { up: folds.up, down: folds.down },
  '0007-spot': { up: spot.up, down: spot.down },
  '0008-warm-pools': { up: warmPools.up, down: warmPools.down },
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
  // An index of a large table takes as long as it takes.
  const patient = openDatabase(database.url, () => undefined, { maxConnections: 2, statementTimeoutMs: 0 });
  try {
    const migrator = new Migrator({ db: patient.query, provider: new ListedMigrations() });
    const { error, results } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
    return (results ?? []).map((result) => result.migrationName);
  } finally {
    await patient.close();
  }
}
