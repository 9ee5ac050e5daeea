import type { AgentView } from '@fleetune/scheduler';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiServer, OTHER_TOKEN, startApiServer, TOKEN } from './api-server.fixture.js';
import { createClient } from './client.js';

it('lists agents with what they offer and how much they run', async () => {
  const server = await startApiServer();
  server.jobs.agents = [
    {
      ...{ id: 'a1', name: 'desk', state: 'Ready', version: '0.1.0', hostName: 'desk', sandbox: 'bubblewrap' },
      ...{ cpuMilli: 8000, memoryMib: 16_000, gpuNames: ['H200'], lastSeenMs: 5 },
      classes: [{ name: 'ml.m5.large', slots: 4 }],
      running: [{ trainingJobId: 'digits-001', fence: 1 }],
    },
  ];
  const agents = await createClient({ url: server.url, token: TOKEN }).listAgents();
  expect(agents).toMatchObject([{ name: 'desk', gpuNames: ['H200'], classes: [{ slots: 4 }], runningCount: 1 }]);
  await server.stop();
});

it('tells what waits, and why', async () => {
  const server = await startApiServer();
  const client = createClient({ url: server.url, token: TOKEN });
  await client.createTrainingJob({ name: 'patient', algorithm: { command: ['true'] }, instance: { type: 'huge' } });
  expect(await client.waiting()).toEqual({
    queues: [{ instanceClass: 'huge', waitingCount: 1, slotCount: 0, freeSlotCount: 0 }],
    trainingJobs: [
      expect.objectContaining({ name: 'patient', reason: expect.stringMatching(/No agent is connected/) }),
    ],
    complete: true,
  });
  await server.stop();
});

describe('rehearsing that a machine is taken away', () => {
  const machine = (id: string, name: string, state: AgentView['state'] = 'Ready'): AgentView => ({
    ...{ id, name, state, version: '0.1.0', hostName: 'desk', sandbox: 'bubblewrap', gpuNames: [] },
    ...{ cpuMilli: 8000, memoryMib: 16_000, lastSeenMs: 5, classes: [], running: [] },
  });
  let server: ApiServer;
  const client = (token = TOKEN) => createClient({ url: server.url, token });

  beforeEach(async () => {
    server = await startApiServer();
    server.jobs.agents = [
      machine('a1', 'desk'),
      machine('a2', 'twin'),
      machine('a3', 'twin'),
      machine('a4', 'away', 'Offline'),
    ];
  });
  afterEach(() => server.stop());

  it('finds the agent by its name or its id', async () => {
    expect(await client().interruptAgent('desk', 30)).toMatchObject({ id: 'a1', name: 'desk' });
    expect(await client().interruptAgent('a3', 1)).toMatchObject({ id: 'a3' });
    expect(server.interrupted).toEqual([
      ['a1', 30],
      ['a3', 1],
    ]);
  });

  it('says which agents there are, and when a name is not enough', async () => {
    await expect(client().interruptAgent('away', 30)).rejects.toThrow(/called "away"; connected: desk, twin, twin/);
    await expect(client().interruptAgent('twin', 30)).rejects.toThrow(/2 connected agents are called "twin"/);
    await expect(client().interruptAgent('desk', 0)).rejects.toMatchObject({ status: 400 });
    expect(server.interrupted).toEqual([]);
  });

  it('is for the administrator, because an agent runs jobs of every tenant', async () => {
    await expect(client(OTHER_TOKEN).interruptAgent('desk', 30)).rejects.toMatchObject({ status: 403 });
    expect(server.interrupted).toEqual([]);
  });
});
