import { expect, test } from 'vitest';
import { type ContainerPlan, containerOptions } from './container-options.js';

const PLAN: ContainerPlan = {
  image: { id: 'sha256:1', environment: {} },
  entrypoint: [],
  arguments: [],
  environment: { SM_NUM_CPUS: '2' },
  trainingRoot: '/state/ml',
  mounts: [{ source: '/data', target: 'input/data/train' }],
  networkIsolation: false,
  network: undefined,
  cpuCount: 2,
  memoryMib: 1024,
  gpuUuids: [],
  labels: { 'fleetune.attempt': 'job.1' },
  limits: { openFiles: 20_000, processes: Number.POSITIVE_INFINITY },
  agentUser: { uid: 0, gid: 0 },
};
const DOCKER = { isPodman: false, isRootless: false, cpuCount: 8 };
const PODMAN = { isPodman: true, isRootless: false, cpuCount: 8 };

test('a container has its class’s share of the machine, and no swap beside it', () => {
  expect(containerOptions(PLAN, DOCKER).HostConfig).toMatchObject({
    Memory: 1024 ** 3,
    MemorySwap: 1024 ** 3,
    ShmSize: 1024 ** 3 / 2,
    NanoCpus: 2e9,
    PidsLimit: 4096,
  });
  expect(containerOptions({ ...PLAN, cpuCount: 16 }, DOCKER).HostConfig?.NanoCpus).toBe(8e9);
  expect(containerOptions(PLAN, DOCKER).HostConfig?.Ulimits).toContainEqual({
    Name: 'nofile',
    Soft: 20_000,
    Hard: 20_000,
  });
});

test('GPUs are passed by UUID, as each engine wants to hear it', () => {
  const plan = { ...PLAN, gpuUuids: ['GPU-1', 'GPU-2'] };
  expect(containerOptions(plan, DOCKER).HostConfig?.DeviceRequests).toEqual([
    { Driver: 'nvidia', DeviceIDs: ['GPU-1', 'GPU-2'], Capabilities: [['gpu']] },
  ]);
  expect(containerOptions(plan, PODMAN).HostConfig?.DeviceRequests).toEqual([
    { Driver: 'cdi', DeviceIDs: ['nvidia.com/gpu=GPU-1', 'nvidia.com/gpu=GPU-2'] },
  ]);
  expect(containerOptions(PLAN, DOCKER).HostConfig?.DeviceRequests).toBeUndefined();
});

test('the program is nobody more than the agent', () => {
  expect(containerOptions(PLAN, DOCKER).User).toBeUndefined();
  const ordinary = containerOptions({ ...PLAN, agentUser: { uid: 1000, gid: 100 } }, DOCKER);
  expect(ordinary.User).toBe('1000:100');
  expect(ordinary.Env).toContain('HOME=/tmp');
  const rootless = containerOptions({ ...PLAN, agentUser: { uid: 1000, gid: 100 } }, { ...PODMAN, isRootless: true });
  expect(rootless.User).toBe('0:0');
});

test('network isolation is stronger than any network', () => {
  const modeOf = (plan: Partial<ContainerPlan>) =>
    containerOptions({ ...PLAN, ...plan }, DOCKER).HostConfig?.NetworkMode;
  expect(modeOf({})).toBeUndefined();
  expect(modeOf({ network: 'training' })).toBe('training');
  expect(modeOf({ network: 'training', networkIsolation: true })).toBe('none');
});
