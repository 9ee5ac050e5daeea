import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readClassFile } from './class-file.js';

let file: string;
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'fleetune-classes-')), 'fleet.yaml');
});
afterEach(() => rm(join(file, '..'), { recursive: true, force: true }));

it('reads instance classes in the units of people', async () => {
  await writeFile(file, 'classes:\n  - { name: gpu-small, cpus: 0.5, memoryMib: 1024, gpus: 1 }\n');
  const resources = { cpuMilli: 500, memoryMib: 1024, gpuMilli: 1000 };
  expect(await readClassFile(file)).toEqual([{ name: 'gpu-small', resources }]);
});

it('leaves it to an option whether the machine is a spot machine', async () => {
  await writeFile(file, 'classes:\n  - { name: "ml.m5.large:spot", cpus: 1, memoryMib: 1024 }\n');
  await expect(readClassFile(file)).rejects.toThrow(/start the agent with --spot/);
});
