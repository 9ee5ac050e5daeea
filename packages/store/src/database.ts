import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Schema } from './schema.js';

export interface Database {
  readonly pool: pg.Pool;
  /** Typed query builder over the same pool. */
  readonly query: Kysely<Schema>;
  close(): Promise<void>;
}

/** int8 columns hold byte offsets and counts, all far below 2^53. */
const INT8_OID = 20;

/**
 * Opens a pool on `url`. Nothing is connected until the first query.
 *
 * @param onError told of connections that broke while idle; the pool replaces them by itself.
 */
export function openDatabase(url: string, onError: (error: Error) => void, maxConnections = 12): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    // A host that is gone without a word is noticed in seconds, not when TCP gives up.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: 10_000,
    application_name: 'fleetune-server',
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
  });
  let closing = false;
  // A connection that is being closed may still hear that its server stops: nobody needs to know.
  pool.on('error', (error) => {
    if (!closing) onError(error);
  });
  // A client that is checked out has nobody else who hears that its connection broke; its query says so anyway.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const query = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  const close = () => {
    closing = true;
    return query.destroy();
  };
  return { pool, query, close };
}
