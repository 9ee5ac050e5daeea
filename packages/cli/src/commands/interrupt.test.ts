import { type ApiServer, OTHER_TOKEN } from '@fleetune/api/fixture';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runAgainst, serveOneAgent } from '../served-agent.fixture.js';

let server: ApiServer;
beforeEach(async () => {
  server = await serveOneAgent();
});
afterEach(() => server.stop());

const fleetune = (line: string, token?: string) => runAgainst(server, line, token);

it('tells an agent that its machine is taken away in half a minute, or when it is said', async () => {
  expect(await fleetune('interrupt desk')).toMatchObject({ exitCode: 0, out: 'desk  interrupted for 30 s\n' });
  const { out } = await fleetune('interrupt a1 --seconds 120 --json');
  expect(JSON.parse(out)).toMatchObject({ agent: { id: 'a1' }, seconds: 120 });
  expect(server.interrupted).toEqual([
    ['a1', 30],
    ['a1', 120],
  ]);
});

it('says why it could not', async () => {
  expect((await fleetune('interrupt nobody')).err).toContain('No connected agent is called "nobody"; connected: desk.');
  expect((await fleetune('interrupt desk', OTHER_TOKEN)).err).toContain('Only the token of the server itself');
  expect((await fleetune('interrupt desk --seconds 0')).exitCode).toBe(2);
  expect((await fleetune('interrupt')).exitCode).toBe(2);
});

it('hears of interruptions only from clouds it knows', async () => {
  const { exitCode, err } = await fleetune('agent --join http://127.0.0.1:1 --spot-notices moon');
  expect(exitCode).toBe(2);
  expect(err).toContain('Allowed choices are ec2, gcp, azure');
});
