import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cgroupCpuQuotaMilli, detectHost } from './host.js';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fleetune-cgroup-'));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

describe('cgroupCpuQuotaMilli', () => {
  it('takes the tightest quota on the way to the root', async () => {
    const membership = join(root, 'membership');
    await writeFile(membership, '1:name=systemd:/x\n0::/slice/service\n');
    await mkdir(join(root, 'slice/service'), { recursive: true });
    await writeFile(join(root, 'slice/cpu.max'), '150000 100000\n');
    await writeFile(join(root, 'slice/service/cpu.max'), 'max 100000\n');
    expect(await cgroupCpuQuotaMilli(membership, root)).toBe(1_500);
  });

  it('finds no limit where there is none, or no cgroup v2', async () => {
    const membership = join(root, 'membership');
    await writeFile(membership, '0::/\n');
    expect(await cgroupCpuQuotaMilli(membership, root)).toBeUndefined();
    expect(await cgroupCpuQuotaMilli(join(root, 'missing'), root)).toBeUndefined();
  });
});

it('detects this machine', async () => {
  const host = await detectHost();
  expect(host.cpuMilli).toBeGreaterThanOrEqual(1);
  expect(host.memoryMib).toBeGreaterThan(64);
});
