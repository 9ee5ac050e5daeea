import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { SUPERUSER } from './cluster.js';
import { type DataDirectory, readTextOrNothing } from './data-directory.js';
import { processExists } from './process-identity.js';

/** A server process of the data directory, as it describes itself in `postmaster.pid`. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** It answers connections. False while it starts, recovers or stops. */
  readonly ready: boolean;
}

/** Reads `postmaster.pid`. Undefined when there is none, or the process it names is dead. */
export async function readRunningServer(directory: DataDirectory): Promise<RunningServer | undefined> {
  const lines = (await readTextOrNothing(join(directory.cluster, 'postmaster.pid'))).split('\n');
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  // The server writes the first lines at once and the others as it gets on.
  if (!Number.isInteger(pid) || pid <= 0 || !Number.isInteger(port) || port <= 0) return undefined;
  if (!processExists(pid)) return undefined;
  return { pid, port, ready: lines[7]?.trim() === 'ready' };
}

/**
 * Asks the server on `port` whether it serves our cluster. A dead server's process id may by now be somebody else's,
 * and its port too.
 */
export async function servesCluster(directory: DataDirectory, port: number, password: string): Promise<boolean> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    password,
    database: 'postgres',
    connectionTimeoutMillis: 2_000,
  });
  // A connection that breaks later says so here; the query already said what matters.
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0]?.data_directory === (await realpath(directory.cluster));
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}
