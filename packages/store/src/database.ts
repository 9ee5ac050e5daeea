import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Schema } from './schema.js';

export interface Database {
  readonly url: string;
  readonly pool: pg.Pool;
  /** Typed query builder over the same pool. */
  readonly query: Kysely<Schema>;
  close(): Promise<void>;
}

/** int8 columns hold byte offsets and counts, all far below 2^53. */
const INT8_OID = 20;

export interface DatabaseSettings {
  readonly maxConnections?: number;
  /** 0 waits for ever. Default 30 s: far more than any query of a server needs. */
  readonly statementTimeoutMs?: number;
}

/** How much longer than a statement may take its answer is waited for: a server that hangs does not end statements. */
const ANSWER_GRACE_MS = 10_000;

/**
 * Opens a pool on `url`. Nothing is connected until the first query.
 *
 * @param onError told of connections that broke while idle; the pool replaces them by itself.
 */
export function openDatabase(
  url: string,
  onError: (error: Error) => void,
  { maxConnections = 12, statementTimeoutMs = 30_000 }: DatabaseSettings = {},
): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs === 0 ? 0 : statementTimeoutMs + ANSWER_GRACE_MS,
    idle_in_transaction_session_timeout: statementTimeoutMs,
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
  return { url, pool, query, close };
}
