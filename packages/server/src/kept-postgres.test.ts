import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@fleetune/store';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type KeptPostgres, keepEmbeddedPostgres } from './kept-postgres.js';

let folder: string;
let postgres: KeptPostgres;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetune-kept-'));
  postgres = await keepEmbeddedPostgres(join(folder, 'postgres'), pino({ level: 'silent' }));
});
afterAll(async () => {
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

it('an embedded PostgreSQL that is killed is back at the same URL, with what was committed', async () => {
  const database = openDatabase(postgres.url, () => undefined);
  await database.pool.query('CREATE TABLE kept AS SELECT 7 AS value');
  const killed = await postmaster();
  process.kill(killed, 'SIGKILL');
  // The connection of before may still be served for a moment: what counts is the new process.
  await vi.waitFor(async () => expect(await postmaster()).not.toBe(killed), { timeout: 18_000, interval: 200 });
  await vi.waitFor(
    async () => expect((await database.pool.query('SELECT value FROM kept')).rows).toEqual([{ value: 7 }]),
    { timeout: 10_000, interval: 200 },
  );
  await database.close();
});

async function postmaster(): Promise<number> {
  const [pid] = (await readFile(join(folder, 'postgres', 'cluster', 'postmaster.pid'), 'utf8')).split('\n');
  return Number(pid);
}
