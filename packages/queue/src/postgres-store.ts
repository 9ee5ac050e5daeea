import {
  type BackendFactory,
  type PgPool,
  type PgQueryResult,
  PostgresConnection,
  type PostgresConnectionOptions,
  PostgresQueueBackend,
  DEFAULT_SCHEMA as QUEUE_SCHEMA,
  runMigrations,
  withBackend,
} from 'bullmq';
import pg from 'pg';
import { regrantAgentRole } from './agent-role.js';
import type { Outage } from './outage.js';
import { type EntryPayload, QUEUE_OPTIONS, type QueueStore, WORKER_OPTIONS } from './queue-store.js';
import { type ListenClient, SharedListener } from './shared-listener.js';

/** Queries are short; with the listening connection a process holds at most one more than this. */
const POOL_SIZE = 4;

export function openPostgresStore(url: string, description: string, outage: Outage): QueueStore {
  const config = {
    connectionString: url,
    // The scheduler puts in again what a crash of the database takes from the queues, so no step waits for the disk.
    options: `-c search_path=${QUEUE_SCHEMA} -c synchronous_commit=off`,
    application_name: 'fleetune-queue',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
  const pool = new pg.Pool({ ...config, max: POOL_SIZE, query_timeout: 15_000 });
  const listener = new SharedListener(config);
  pool.on('error', (error) => outage.failed(error));
  // The pool listens to connections that nobody uses. One that breaks while it is lent out, between two queries, would
  // end the process.
  pool.on('connect', (client) => client.on('error', (error) => outage.failed(error)));
  listener.on('lost', (error) => outage.failed(error));

  const backend: BackendFactory<PostgresQueueBackend, PostgresConnectionOptions> = (name, opts) =>
    new PostgresQueueBackend(new SharedConnection(pool, listener), name, opts);
  const { Queue, Worker } = withBackend(backend);
  const connection = withoutLifecycle(pool);
  return {
    description,
    openQueue: (name) => new Queue<EntryPayload>(name, { connection, ...QUEUE_OPTIONS }),
    openWorker: (name) => new Worker<EntryPayload>(name, null, { connection, ...WORKER_OPTIONS }),
    unlessLost: (work) => work(),
    ping: async () => {
      await pool.query('select 1');
    },
    ensureReady: () => migrate(pool),
    close: async () => {
      await listener.close();
      await pool.end();
    },
  };
}

async function migrate(pool: pg.Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
    await regrantAgentRole(client);
  } finally {
    client.release();
  }
}

/** A connection as BullMQ wants one for each queue, made of the process's one pool and one listening connection. */
class SharedConnection extends PostgresConnection {
  readonly #listener: SharedListener;
  readonly #onLost = () => this.emit('listenerinvalidated');

  constructor(pool: pg.Pool, listener: SharedListener) {
    super(withoutLifecycle(pool));
    this.#listener = listener;
    listener.on('lost', this.#onLost);
  }

  override getListenClient(): Promise<ListenClient> {
    return this.#listener.client();
  }

  override close(): Promise<void> {
    this.#listener.off('lost', this.#onLost);
    return super.close();
  }
}

/** The pool without its events and its end: each connection that BullMQ makes would leave a listener behind. */
function withoutLifecycle(pool: pg.Pool): PgPool {
  const view: PgPool = {
    connect: () => pool.connect(),
    query: async <R>(text: string, params?: readonly unknown[]) => {
      const result: PgQueryResult<unknown> = await pool.query(text, params === undefined ? undefined : [...params]);
      return result as PgQueryResult<R>;
    },
    end: async () => {},
    on: () => view,
    removeAllListeners: () => view,
  };
  return view;
}
