import { newTrainingJobProgress, type SchedulerEvent, type TrainingJobState } from '@fleetune/scheduler';
import { acquireOwnership, listKeepAliveWishes, type Ownership } from '@fleetune/store';
import { startTemporaryDatabase, type TemporaryDatabase } from '@fleetune/store/fixture';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJobService } from './job-service.js';
import { loadState, SchedulerStore } from './scheduler-store.js';
import { SPEC } from './training-spec.fixture.js';

const NOW_MS = Date.parse('2026-01-01T12:00:00Z');
const KEPT = { ...SPEC, keepAliveSeconds: 300 };

let temporary: TemporaryDatabase;
let ownership: Ownership;
const events: SchedulerEvent[] = [];

beforeAll(async () => {
  temporary = await startTemporaryDatabase();
  ownership = await acquireOwnership(temporary.database, () => undefined);
});
afterAll(async () => {
  await ownership.release();
  await temporary.stop();
});

function service() {
  return createJobService({
    database: temporary.database,
    nowMs: () => NOW_MS,
    post: (event) => events.push(event),
    searchFaults: () => [],
    agents: async () => [],
    placeFaults: async () => [],
  });
}

/** A training job that ended 100 s ago and left its slot, as the scheduler writes it down. */
async function left(name: string, tenant = 'ann'): Promise<string> {
  const { id } = await service().createTrainingJob(tenant, {
    name,
    spec: KEPT,
    origin: { api: 'test', request: {} },
    tags: {},
  });
  const job: TrainingJobState = {
    id,
    tenant,
    name,
    spec: KEPT,
    createdAtMs: NOW_MS,
    ...newTrainingJobProgress(NOW_MS),
  };
  const ended = { ...job, status: 'Completed' as const, endedAtMs: NOW_MS - 100_000 };
  const pool = {
    trainingJobId: id,
    trainingJobName: name,
    tenant,
    fence: 1,
    agentId: 'agent-1',
    instanceClass: 'small',
    match: {
      RoleArn: '',
      InstanceType: 'small',
      InstanceCount: 1,
      VolumeSizeInGB: 1,
      VolumeKmsKeyId: '',
      EnableInterContainerTrafficEncryption: false,
      EnableNetworkIsolation: false,
    },
    key: '["ann","","small",1,1,"",false,false]',
    clusterId: id,
    bornAtMs: NOW_MS - 200_000,
    reuses: 2,
    keepAliveSeconds: 300,
    status: 'Available' as const,
    availableAtMs: NOW_MS - 100_000,
    retainedMs: 0,
    offers: 0,
  };
  const store = new SchedulerStore(temporary.database, ownership);
  await store.commit({ tuningJobs: [], trainingJobs: [ended], metrics: [], warmPools: [pool] });
  return id;
}

describe('the warm pool of a training job', () => {
  it('is shown with what it has cost so far and when it ends, also in listings', async () => {
    await left('shown');
    const expected = {
      status: 'Available',
      keepAliveSeconds: 300,
      agentId: 'agent-1',
      instanceType: 'small',
      reuses: 2,
      retainedSeconds: 100,
      expiresAtMs: NOW_MS + 200_000,
    };
    expect((await service().describeTrainingJob('ann', 'shown')).warmPool).toMatchObject(expected);
    const query = { sortBy: 'Name', sortOrder: 'Ascending', maxResults: 10 } as const;
    const listed = await service().summarizeTrainingJobs('ann', { ...query, warmPoolStatus: 'Available' });
    expect(listed.items).toMatchObject([{ name: 'shown', warmPool: expected }]);
    expect((await service().listTrainingJobs('ann', { ...query, warmPoolStatus: 'InUse' })).items).toEqual([]);
    expect(await service().listWarmPools('ann')).toMatchObject([{ trainingJobName: 'shown', ...expected }]);
    expect(await service().listWarmPools('bob')).toEqual([]);
  });

  it('keeps a new period until the scheduler has taken it, and shows it at once', async () => {
    const id = await left('updated');
    await service().changeKeepAlive('ann', 'updated', 600);
    expect(events.at(-1)).toEqual({ kind: 'KeepAliveChanged', trainingJobId: id, keepAliveSeconds: 600 });
    expect(await listKeepAliveWishes(temporary.database)).toEqual([{ trainingJobId: id, keepAliveSeconds: 600 }]);
    expect((await service().describeTrainingJob('ann', 'updated')).warmPool?.expiresAtMs).toBe(NOW_MS + 500_000);
  });

  it.each([
    ['of another tenant', 'bob', 'kept', 60, /There is no training job named "kept"/],
    ['that is none', 'ann', 'without', 60, /It has none/],
    ['for longer than an hour', 'ann', 'kept', 3601, /KeepAlivePeriodInSeconds is 3601/],
  ])('cannot be changed %s', async (_what, tenant, name, seconds, message) => {
    await service()
      .createTrainingJob('ann', { name, spec: KEPT, origin: { api: 'test', request: {} }, tags: {} })
      .catch(() => undefined);
    await expect(service().changeKeepAlive(tenant, name, seconds)).rejects.toThrow(message);
  });

  it('keeps its training job from being deleted', async () => {
    await left('undeletable');
    await expect(service().deleteTrainingJob('ann', 'undeletable')).rejects.toThrow('retains a warm pool');
  });

  it('is there again when the scheduler starts from the store', async () => {
    const id = await left('restored');
    const { warmPools } = await loadState(temporary.database);
    const restored = warmPools.find((pool) => pool.trainingJobId === id);
    expect(restored).toMatchObject({
      trainingJobName: 'restored',
      status: 'Available',
      key: '["ann","","small",1,1,"",false,false]',
      availableAtMs: NOW_MS - 100_000,
      bornAtMs: NOW_MS - 200_000,
      reuses: 2,
    });
  });
});
