import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiServer, startApiServer, TOKEN } from '@fleetune/api/fixture';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunSettings, runFleetune } from './local-terminal.fixture.js';

const FILE = `
name: digits
objective: { metric: validation:accuracy, type: Maximize }
limits: { maxTrainingJobs: 3, maxParallelTrainingJobs: 1 }
algorithm: { builtin: xgboost }
ranges:
  eta: { min: 0.1, max: 0.9 }
instance: { type: ml.m5.large }
`;

let server: ApiServer;
let folder: string;

beforeEach(async () => {
  server = await startApiServer();
  folder = await mkdtemp(join(tmpdir(), 'fleetune-watch-'));
  await writeFile(join(folder, 'digits.yaml'), FILE);
  const endpoint = { url: server.url, token: TOKEN, grpcUrl: 'http://127.0.0.1:1' };
  await writeFile(join(folder, 'endpoint.json'), JSON.stringify(endpoint));
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const fleetune = (line: string, settings: RunSettings = {}) =>
  runFleetune(line.split(' '), { environment: { FLEETUNE_DATA: folder }, ...settings });
const tune = () => fleetune(`tune ${join(folder, 'digits.yaml')}`);

describe('fleetune ls --watch', () => {
  it('lists again when something has changed, until Ctrl-C, with the course of the best', async () => {
    let tuned: Promise<unknown> | undefined;
    const { exitCode, out } = await fleetune('ls --watch', {
      onOut(text, interrupt) {
        if (text.includes('No tuning jobs yet')) tuned = tune();
        if (text.includes('Completed')) interrupt();
      },
    });
    await tuned;
    expect(exitCode).toBe(0);
    expect(out).toMatch(/best so far/);
    expect(out).toMatch(/digits +Completed +3\/3 +0\.2 +validation:accuracy +▁▅█ /);
  });

  it('is one JSON document a line', async () => {
    await tune();
    const { out } = await fleetune('ls --watch --json', { onOut: (_text, interrupt) => interrupt() });
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ tuningJobs: [{ name: 'digits' }] }]);
  });
});

describe('fleetune show --watch', () => {
  it('ends when the tuning job has, with the course of its objective', async () => {
    await tune();
    const { exitCode, out } = await fleetune('show digits --watch');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/each +▁▅█\n +best so far +▁▅█\n/);
    expect(out.match(/digits {2}Completed/g)).toHaveLength(1);
  });

  it('shows the course of a training job’s metrics', async () => {
    await tune();
    const { out } = await fleetune('show digits-002 --watch');
    expect(out).toContain('digits-002  Completed');
  });
});
