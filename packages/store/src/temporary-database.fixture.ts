import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from './database.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/embedded-postgres.js';
import { migrateToLatest } from './migrate.js';

export interface TemporaryDatabase {
  readonly database: Database;
  readonly postgres: EmbeddedPostgres;
  stop(): Promise<void>;
}

/** A real PostgreSQL in a folder of its own, with the newest schema. */
export async function startTemporaryDatabase(): Promise<TemporaryDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'fleetune-store-'));
  const log = { info: () => undefined, warn: () => undefined };
  const postgres = await startEmbeddedPostgres({ dataDirectory: join(folder, 'postgres'), log });
  const database = openDatabase(postgres.url(), (error) => {
    throw error;
  });
  await migrateToLatest(database);
  return {
    database,
    postgres,
    async stop() {
      await database.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
