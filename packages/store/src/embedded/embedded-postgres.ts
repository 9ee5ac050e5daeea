import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { findPostgresBinaries } from './binaries.js';
import { createCluster, hasCluster, SUPERUSER } from './cluster.js';
import { type DataDirectory, openDataDirectory, readOrCreatePassword } from './data-directory.js';
import { claimDirectory } from './directory-owner.js';
import { linkLibraries } from './library-links.js';
import { identifyProcess } from './process-identity.js';
import { type RunningServer, readRunningServer, servesCluster } from './running-server.js';
import { chooseServerAccount, grantAccess, type ServerAccount } from './server-account.js';
import { startServer, stopServer } from './server-process.js';

/** Where the embedded server says what it does. A pino logger fits. */
export interface EmbeddedPostgresLog {
  info(message: string): void;
  warn(message: string): void;
}

export interface EmbeddedPostgresOptions {
  /** Made when missing. Everything of the server lies in it. */
  readonly dataDirectory: string;
  readonly log: EmbeddedPostgresLog;
  /** How to run the server; chosen by what this machine allows when left out. */
  readonly account?: ServerAccount;
}

/** A PostgreSQL of our own on 127.0.0.1. */
export interface EmbeddedPostgres {
  /** Connects as the superuser, with the password in it. @param database `fleetune` when left out. */
  url(database?: string): string;
  /** Rolls back what is open, writes everything out, and returns when the server has ended. Later calls do nothing. */
  stop(): Promise<void>;
  readonly pid: number;
  /** From the call to the first connection. */
  readonly startupMs: number;
}

const DATABASE = 'fleetune';
const TAKE_OVER_DEADLINE_MS = 30_000;

/**
 * Starts the PostgreSQL of a data directory, or takes over the one that an earlier, killed process left running.
 *
 * @throws UnsupportedPlatformError, DataDirectoryInUseError, UnusableDataDirectoryError, ServerAccountError, ServerStartError
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const startedAt = performance.now();
  const directory = await openDataDirectory(resolve(options.dataDirectory));
  const release = await claimDirectory(directory);
  let server: RunningServer | undefined;
  try {
    const existed = await hasCluster(directory);
    const password = await readOrCreatePassword(directory);
    server = existed ? await takeOver(directory, password, options.log) : undefined;
    server ??= await startAfresh(directory, existed, options);
    const { pid, port } = server;
    const url = (database = DATABASE) =>
      `postgres://${SUPERUSER}:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
    const identity = await identifyProcess(pid);
    await createDatabase(url('postgres'));
    const startupMs = performance.now() - startedAt;
    options.log.info(`PostgreSQL serves ${directory.path} on port ${port}, process ${pid}.`);
    let stopping: Promise<void> | undefined;
    return {
      url,
      pid,
      startupMs,
      stop: () => {
        stopping ??= stopServer(identity).then(release);
        return stopping;
      },
    };
  } catch (error) {
    if (server !== undefined) await stopServer(await identifyProcess(server.pid));
    await release();
    throw error;
  }
}

async function startAfresh(
  directory: DataDirectory,
  existed: boolean,
  options: EmbeddedPostgresOptions,
): Promise<RunningServer> {
  const [binaries, account] = await Promise.all([findPostgresBinaries(), options.account ?? chooseServerAccount()]);
  await linkLibraries(directory.libraryLinks, binaries.libraryLinks);
  await grantAccess(account, directory.path, binaries.postgres);
  if (!existed) await createCluster(directory, binaries, account);
  return startServer(directory, binaries, account);
}

/** The server that a killed parent left behind is as good as a new one. One that is neither ready nor ours is left alone. */
async function takeOver(
  directory: DataDirectory,
  password: string,
  log: EmbeddedPostgresLog,
): Promise<RunningServer | undefined> {
  const server = await waitWhileBusy(directory);
  if (server === undefined || !(await servesCluster(directory, server.port, password))) return undefined;
  log.warn(`Took over the PostgreSQL that an earlier process left running (process ${server.pid}).`);
  return server;
}

/** A server that still recovers will be ready, one that stops will be gone; a stale file that says neither waits in vain. */
async function waitWhileBusy(directory: DataDirectory): Promise<RunningServer | undefined> {
  const deadline = performance.now() + TAKE_OVER_DEADLINE_MS;
  for (;;) {
    const server = await readRunningServer(directory);
    if (server === undefined || server.ready || performance.now() > deadline) return server;
    await sleep(20);
  }
}

async function createDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
