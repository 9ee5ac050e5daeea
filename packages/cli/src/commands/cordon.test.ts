import { type ApiServer, OTHER_TOKEN } from '@fleetune/api/fixture';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runAgainst, serveOneAgent } from '../served-agent.fixture.js';

let server: ApiServer;
beforeEach(async () => {
  server = await serveOneAgent();
});
afterEach(() => server.stop());

const fleetune = (line: string, token?: string) => runAgainst(server, line, token);

it('tells an agent to take no work, and to take work again', async () => {
  expect(await fleetune('cordon desk')).toMatchObject({ exitCode: 0, out: 'desk  cordoned, 0 running\n' });
  expect(await fleetune('uncordon a1')).toMatchObject({ exitCode: 0, out: 'desk  takes work again\n' });
  expect(JSON.parse((await fleetune('cordon desk --json')).out)).toMatchObject({ agent: { id: 'a1' }, cordoned: true });
  expect(server.cordons).toEqual([
    ['cordon', 'a1'],
    ['uncordon', 'a1'],
    ['cordon', 'a1'],
  ]);
});

it('says why it could not', async () => {
  expect((await fleetune('cordon nobody')).err).toContain('No connected agent is called "nobody"; connected: desk.');
  expect((await fleetune('uncordon desk', OTHER_TOKEN)).err).toContain('Only the token of the server itself');
  expect((await fleetune('cordon')).exitCode).toBe(2);
  expect(server.cordons).toEqual([]);
});
