import type { AgentLink } from '@fleetune/scheduler';
import { DEFAULT_SETTINGS, type JobService } from '@fleetune/scheduler';
import { startTemporaryDatabase, type TemporaryDatabase } from '@fleetune/store/fixture';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createJobService } from './jobs/job-service.js';
import { Scheduling } from './scheduling.js';
import { StoredSearchHost } from './search/search-host.js';

const SPEC = {
  strategy: { name: 'Random' },
  seed: 1,
  limits: { maxTrainingJobs: 5, maxParallelTrainingJobs: 2 },
  completion: { completeOnConvergence: false },
  earlyStopping: 'Off',
  definitions: [
    {
      name: '',
      objective: { type: 'Minimize', metricName: 'loss' },
      ranges: [{ kind: 'continuous', name: 'x', min: 0, max: 1, scaling: 'Linear' }],
      template: {
        algorithm: { kind: 'command', command: ['true'] },
        hyperparameters: {},
        channels: [],
        outputUri: 's3://bucket/out',
        instances: [{ instanceType: 'small', instanceCount: 1, volumeSizeGib: 1 }],
        stopping: { maxRuntimeSeconds: 60 },
        maximumRetryAttempts: 0,
        environment: {},
        metricDefinitions: [{ name: 'loss', regex: 'loss=(.*)' }],
        networkIsolation: false,
        spot: false,
        keepAliveSeconds: 0,
      },
    },
  ],
} as const;

/** Nobody is connected. */
const NO_AGENTS: AgentLink & { closeAll(): void } = {
  welcome: () => undefined,
  grant: () => undefined,
  refuse: () => undefined,
  acknowledge: () => undefined,
  stop: () => undefined,
  renewed: () => undefined,
  demand: () => undefined,
  keepSlots: () => undefined,
  offerSlot: () => undefined,
  closeAll: () => undefined,
};

let temporary: TemporaryDatabase;
const running: Scheduling[] = [];

beforeAll(async () => {
  temporary = await startTemporaryDatabase();
});
afterAll(async () => {
  for (const scheduling of running) await scheduling.stop();
  await temporary.stop();
});

async function startScheduling(): Promise<Scheduling> {
  const { database } = temporary;
  const scheduling = new Scheduling({
    database,
    queue: { enqueue: async () => undefined },
    openSearch: () => new StoredSearchHost({ database, observe: () => undefined }),
    agents: NO_AGENTS,
    settings: DEFAULT_SETTINGS,
    observe: () => undefined,
    info: () => undefined,
    warn: () => undefined,
  });
  running.push(scheduling);
  await scheduling.start();
  return scheduling;
}

/** The job service of a server whose scheduler hears nothing: it stands by, or has just lost the right to schedule. */
function deafService(): JobService {
  return createJobService({
    database: temporary.database,
    nowMs: () => Date.now(),
    post: () => undefined,
    searchFaults: () => [],
    agents: async () => [],
    placeFaults: async () => [],
  });
}

describe('two servers on one database', () => {
  it('one schedules, and the other takes over when it stops', async () => {
    const first = await startScheduling();
    const second = await startScheduling();
    expect([first.isScheduling, second.isScheduling]).toEqual([true, false]);
    await first.stop();
    await vi.waitFor(() => expect(second.isScheduling).toBe(true), 5_000);
  });

  it('the one that schedules finds jobs, and requests to stop them, that the other one took in', async () => {
    const jobs = deafService();
    await jobs.createTuningJob('default', {
      name: 'orphan',
      spec: SPEC,
      origin: { api: 'test', request: {} },
      tags: {},
    });
    await vi.waitFor(async () => {
      const job = await jobs.describeTuningJob('default', 'orphan');
      expect(job.trainingJobCounts.inProgress).toBe(2);
    }, 10_000);
    await jobs.stopTuningJob('default', 'orphan');
    await vi.waitFor(async () => {
      const job = await jobs.describeTuningJob('default', 'orphan');
      expect(job).toMatchObject({ status: 'Stopped', trainingJobCounts: { stopped: 2, inProgress: 0 } });
    }, 10_000);
  });
});
