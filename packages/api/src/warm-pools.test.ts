import { expect, it } from 'vitest';
import { startApiServer, TOKEN } from './api-server.fixture.js';
import { createClient } from './client.js';

it('lists warm pools with the names of their agents, and takes the period of a job', async () => {
  const server = await startApiServer();
  const client = createClient({ url: server.url, token: TOKEN });
  server.jobs.agents = [
    {
      ...{ id: 'a1', name: 'desk', state: 'Ready', version: '0.1.0', hostName: 'desk', sandbox: 'bubblewrap' },
      ...{ cpuMilli: 8000, memoryMib: 16_000, gpuNames: [], lastSeenMs: 5, classes: [], running: [] },
    },
  ];
  const pool = { keepAliveSeconds: 60, instanceType: 'ml.m5.large', reuses: 3, retainedSeconds: 12.5 };
  server.jobs.warmPools = [
    { ...pool, trainingJobName: 'one', status: 'Available', agentId: 'a1', expiresAtMs: 99 },
    { ...pool, trainingJobName: 'two', status: 'InUse', agentId: 'gone' },
  ];
  expect(await client.listWarmPools()).toMatchObject([
    {
      ...{ trainingJobName: 'one', agentName: 'desk', status: 'Available', keepAlivePeriodSeconds: 60 },
      ...{ instanceType: 'ml.m5.large', reuses: 3, retainedSeconds: 12.5, expiresAtMs: 99 },
    },
    { trainingJobName: 'two', agentName: 'gone', status: 'InUse' },
  ]);

  const body = { algorithm: { command: ['true'] }, instance: { type: 'ml.m5.large' } };
  await client.createTrainingJob({ ...body, name: 'kept', keepAlivePeriodSeconds: 600 });
  expect((await client.trainingJobConfiguration('kept')).configuration).toMatchObject({ keepAlivePeriodSeconds: 600 });
  const tooLong = client.createTrainingJob({ ...body, keepAlivePeriodSeconds: 3601 });
  await expect(tooLong).rejects.toThrow('keepAlivePeriodSeconds');
  await server.stop();
});
