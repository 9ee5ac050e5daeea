import { expect, it } from 'vitest';
import { startApiServer, TOKEN } from './api-server.fixture.js';
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
