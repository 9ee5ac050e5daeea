import { type ApiServer, OTHER_TOKEN, startApiServer, TOKEN } from '@fleetune/api/fixture';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runFleetune } from '../local-terminal.fixture.js';

let server: ApiServer;
beforeEach(async () => {
  server = await startApiServer();
  server.jobs.agents = [
    {
      ...{ id: 'a1', name: 'desk', state: 'Ready', version: '0.1.0', hostName: 'desk', sandbox: 'bubblewrap' },
      ...{ cpuMilli: 8000, memoryMib: 16_000, gpuNames: [], lastSeenMs: 5, classes: [], running: [] },
    },
  ];
});
afterEach(() => server.stop());

const fleetune = (line: string, token = TOKEN) =>
  runFleetune(line.split(' '), { environment: { FLEETUNE_URL: server.url, FLEETUNE_TOKEN: token } });

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
