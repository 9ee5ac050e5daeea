import { allowJoin, joinAgent, listAgentRows } from '@fleetune/store';
import { startTemporaryDatabase, type TemporaryDatabase } from '@fleetune/store/fixture';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { recordPresence } from './presence.js';

const JOINED = new Date('2026-01-01');
const NOW_MS = Date.parse('2026-01-02');

let temporary: TemporaryDatabase;
beforeAll(async () => {
  temporary = await startTemporaryDatabase();
});
afterAll(() => temporary.stop());

it('an agent that is there is seen again and again; one that is gone stays as it was', async () => {
  const { database } = temporary;
  await allowJoin(database, 'token', true, JOINED);
  for (const id of ['here', 'gone']) await joinAgent(database, 'token', { id, name: id, credential: id }, JOINED);
  const seen = async () => Object.fromEntries((await listAgentRows(database)).map((row) => [row.id, row.last_seen_at]));
  const presence = recordPresence({
    database,
    present: () => ['here'],
    nowMs: () => NOW_MS,
    everyMs: 10,
    warn: (_message, error) => {
      throw error;
    },
  });
  await vi.waitFor(async () => expect(await seen()).toEqual({ here: new Date(NOW_MS), gone: null }), 5_000);
  await presence.stop();
});
