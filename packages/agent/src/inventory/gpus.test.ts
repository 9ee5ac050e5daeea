import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { detectGpus } from './gpus.js';

let folder: string;
let warnings: string[];
const log = pino({ level: 'warn' }, { write: (line: string) => warnings.push(line) });

beforeEach(async () => {
  warnings = [];
  folder = await mkdtemp(join(tmpdir(), 'fleetune-gpus-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A real program in place of nvidia-smi, which prints one text for `-q -x` and another for `-L`. */
async function nvidiaSmi(xml: string, list = ''): Promise<string> {
  await writeFile(join(folder, 'xml'), xml);
  await writeFile(join(folder, 'list'), list);
  const path = join(folder, 'nvidia-smi');
  await writeFile(path, `#!/bin/sh\nif [ "$1" = -L ]; then cat "${folder}/list"; else cat "${folder}/xml"; fi\n`);
  await chmod(path, 0o755);
  return path;
}

function fixture(name: string): Promise<string> {
  return readFile(new URL(`../../../nvidia-smi-parser/src/fixtures/${name}.xml`, import.meta.url), 'utf8');
}

it('finds whole GPUs by UUID', async () => {
  expect(await detectGpus(await nvidiaSmi(await fixture('driver-550-geforce')), log)).toEqual([
    { uuid: 'GPU-00000000-0000-4000-8000-000000000550', name: 'NVIDIA GeForce RTX 3060', memoryMib: 12_288 },
  ]);
});

it('offers the MIG devices of a GPU that is cut up, and other GPUs whole', async () => {
  const list = [
    'GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-00000000-0000-4000-8000-000000535001)',
    '  MIG 3g.20gb     Device  0: (UUID: MIG-a)',
    '  MIG 2g.10gb     Device  1: (UUID: MIG-b)',
    'GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-00000000-0000-4000-8000-000000535002)',
  ].join('\n');
  expect(await detectGpus(await nvidiaSmi(await fixture('driver-535-a100-mig'), list), log)).toEqual([
    { uuid: 'MIG-a', name: 'NVIDIA A100-SXM4-40GB MIG 3g.20gb', memoryMib: 19_968 },
    { uuid: 'MIG-b', name: 'NVIDIA A100-SXM4-40GB MIG 2g.10gb', memoryMib: 9_856 },
    { uuid: 'GPU-00000000-0000-4000-8000-000000535002', name: 'NVIDIA A100-SXM4-40GB', memoryMib: 40_960 },
  ]);
});

it('has none, quietly, where there is no nvidia-smi', async () => {
  expect(await detectGpus(join(folder, 'missing'), log)).toEqual([]);
  expect(warnings).toEqual([]);
});

it('has none, and says so, where nvidia-smi fails', async () => {
  expect(await detectGpus(await nvidiaSmi('NVIDIA-SMI has failed'), log)).toEqual([]);
  expect(warnings).toHaveLength(1);
});
