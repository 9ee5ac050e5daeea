import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@fleetune/store';
import pg from 'pg';
import type { TestStore } from './test-store.fixture.js';

export async function startPostgresServer(): Promise<TestStore> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'fleetune-pg-'));
  const log = { info: () => {}, warn: () => {} };
  let server = await startEmbeddedPostgres({ dataDirectory, log });
  const url = server.url();
  return {
    connection: { kind: 'postgres', url },
    wipe: async () => {
      await sql(url, 'drop schema bullmq cascade');
    },
    dropConnections: async () => {
      await sql(
        url,
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and usename is not null',
      );
    },
    crash: async () => {
      process.kill(server.pid, 'SIGKILL');
      await server.stop();
    },
    restart: async () => {
      server = await startEmbeddedPostgres({ dataDirectory, log });
    },
    stop: async () => {
      await server.stop();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

export async function sql(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
