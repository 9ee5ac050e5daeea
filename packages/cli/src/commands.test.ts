import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiServer, startApiServer, TOKEN } from '@fleetune/api/fixture';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
let file: string;

beforeEach(async () => {
  server = await startApiServer();
  folder = await mkdtemp(join(tmpdir(), 'fleetune-cli-'));
  file = join(folder, 'digits.yaml');
  await writeFile(file, FILE);
  const endpoint = { url: server.url, token: TOKEN, grpcUrl: 'http://127.0.0.1:1' };
  await writeFile(join(folder, 'endpoint.json'), JSON.stringify(endpoint));
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const fleetune = (line: string, settings: RunSettings = {}) =>
  runFleetune(line.split(' '), { environment: { FLEETUNE_DATA: folder }, ...settings });

describe('fleetune tune', () => {
  it('runs a tuning job to its end and says what was best', async () => {
    const { exitCode, out, err } = await fleetune(`tune ${file}`);
    expect(exitCode).toBe(0);
    expect(out).toContain('digits  Completed  MaxTrainingJobsReached');
    expect(out).toContain('best 0.2  digits-003');
    expect(err).toMatch(/ 1\/3 .*best 0 \(digits-001\)\n(.*\n)*.* 3\/3 /);
  });

  it('writes one JSON document and nothing else on stdout', async () => {
    const { out } = await fleetune(`tune ${file} --json --seed 5 --jobs 1`);
    expect(JSON.parse(out)).toMatchObject({
      name: 'digits',
      status: 'Completed',
      seed: 5,
      limits: { maxTrainingJobs: 1 },
    });
  });

  it('returns at once with --no-wait', async () => {
    const { exitCode, out } = await fleetune(`tune ${file} --no-wait --name later`);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: 'later\n' });
  });

  it('ends with 1 when the tuning job fails', async () => {
    server.jobs.plan = () => 'fails';
    const { exitCode, out } = await fleetune(`tune ${file}`);
    expect(exitCode).toBe(1);
    expect(out).toContain('All training jobs failed.');
  });

  it('shows what the server refuses at its place in the file', async () => {
    await writeFile(file, FILE.replace('max: 0.9', 'max: 0.01'));
    const { exitCode, err } = await fleetune(`tune ${file}`);
    expect(exitCode).toBe(2);
    expect(err).toContain('digits.yaml:7:3  ranges.eta: ');
    expect(err).toContain('min must be less than max');
  });

  it('leaves the tuning job running at Ctrl-C', async () => {
    const { exitCode, err } = await fleetune(`tune ${file} --jobs 1000`, { onErr: onFirstProgress });
    expect(exitCode).toBe(130);
    expect(err).toContain('digits goes on without this window.');
    expect((await server.jobs.describeTuningJob('team-a', 'digits')).status).toBe('InProgress');
  });

  it('stops the tuning job at Ctrl-C when asked to', async () => {
    const { exitCode, out } = await fleetune(`tune ${file} --jobs 1000`, { onErr: onFirstProgress, answer: 'y' });
    expect(exitCode).toBe(1);
    expect(out).toContain('digits  Stopped  StoppedByUser');
  });

  it('sends the source to a server that cannot see this machine', async () => {
    await writeFile(join(folder, 'train.py'), 'print("accuracy=1")\n');
    const script = FILE.replace(
      '{ builtin: xgboost }',
      '{ script: train.py, source: . }\nmetrics: { "validation:accuracy": "accuracy=(.*)" }',
    );
    await writeFile(file, script);
    const remote = server.url.replace('127.0.0.1', '0.0.0.0');
    await fleetune(`tune ${file} --no-wait --url ${remote} --token ${TOKEN}`);
    const { spec } = await server.jobs.describeTuningJob('team-a', 'digits');
    expect(spec.definitions[0]?.template.algorithm).toMatchObject({
      entryPoint: 'train.py',
      sourceUri: expect.stringMatching(/\/[0-9a-f]{64}\.tar\.gz$/),
    });
  });

  let interrupted = false;
  beforeEach(() => {
    interrupted = false;
  });
  function onFirstProgress(text: string, interrupt: () => void) {
    if (interrupted || !text.includes('/1000')) return;
    interrupted = true;
    interrupt();
  }
});

describe('looking at jobs', () => {
  beforeEach(() => fleetune(`tune ${file}`));

  it('lists them', async () => {
    expect((await fleetune('ls')).out).toMatch(/digits +Completed +3\/3 +0\.2 +validation:accuracy/);
    expect((await fleetune('ls training')).out).toContain('digits-002');
    expect(JSON.parse((await fleetune('ls --json')).out)).toMatchObject({ tuningJobs: [{ name: 'digits' }] });
  });

  it('shows the training jobs, best first', async () => {
    const { out } = await fleetune('show digits');
    expect(out.match(/digits-00\d(?= +Completed)/g)).toEqual(['digits-003', 'digits-002', 'digits-001']);
  });

  it('shows one training job', async () => {
    expect((await fleetune('show digits-002')).out).toContain('digits-002  Completed');
  });

  it('shows the best', async () => {
    expect(JSON.parse((await fleetune('best digits --json')).out)).toMatchObject({ name: 'digits-003' });
  });

  it('prints logs and follows them to their end', async () => {
    server.jobs.appendLog('digits-001', 'first\n');
    const following = fleetune('logs digits-001 -f');
    server.jobs.appendLog('digits-001', 'last\n', true);
    expect((await following).out).toBe('first\nlast\n');
    expect((await fleetune('logs digits')).exitCode).toBe(2);
  });

  it('says 1 for a job that is not there, and for one that has ended', async () => {
    expect((await fleetune('show nothing')).exitCode).toBe(1);
    const { exitCode, err } = await fleetune('stop digits');
    expect(exitCode).toBe(1);
    expect(err).toContain('has already ended');
  });
});

describe('finding the server', () => {
  it('says 3 when nobody answers', async () => {
    await server.stop();
    const { exitCode, err } = await fleetune('ls');
    expect(exitCode).toBe(3);
    expect(err).toContain('ECONNREFUSED');
    server = await startApiServer();
  });

  it('says 3 when no server ever ran', async () => {
    const { exitCode, err } = await fleetune('ls --data ./nowhere');
    expect(exitCode).toBe(3);
    expect(err).toContain('fleetune up');
  });

  it('prefers options to the environment, and the environment to the file', async () => {
    const environment = { FLEETUNE_DATA: folder, FLEETUNE_URL: server.url, FLEETUNE_TOKEN: 'wrong' };
    expect((await fleetune('ls', { environment })).exitCode).toBe(2);
    expect((await fleetune(`ls --token ${TOKEN}`, { environment })).exitCode).toBe(0);
  });

  it('asks for the token of a URL', async () => {
    const { exitCode, err } = await fleetune('ls --url http://127.0.0.1:1');
    expect(exitCode).toBe(2);
    expect(err).toContain('--token');
  });
});

describe('usage', () => {
  it.each([['nonsense'], ['tune'], ['tune a.yaml --jobs ten'], ['ls everything'], ['tune missing.yaml']])(
    'says 2 for: fleetune %s',
    async (line) => expect((await fleetune(line)).exitCode).toBe(2),
  );

  it.each([
    ['up'],
    ['server'],
    ['agent'],
    ['tune'],
    ['ls'],
    ['show'],
    ['logs'],
    ['stop'],
    ['best'],
    ['plot'],
    ['export'],
    ['doctor'],
  ])('explains %s with examples and exit codes', async (command) => {
    const { exitCode, out } = await fleetune(`${command} --help`);
    expect(exitCode).toBe(0);
    expect(out).toContain('Examples:');
    expect(out).toContain('Exit codes:');
    expect(out).toContain('--json');
  });

  it('completes what can be listed', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      await fleetune('complete -- ls ');
      expect(log.mock.calls.flat().join('\n')).toContain('agents');
    } finally {
      log.mockRestore();
    }
  });

  it('gives faults as JSON too', async () => {
    await writeFile(file, FILE.replace('limits', 'limit'));
    const { out, exitCode } = await fleetune(`tune ${file} --json`);
    expect(exitCode).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      error: { code: 'InvalidFile', faults: [{ line: 2 }, { line: 4, column: 1 }] },
    });
  });
});

describe('fleetune doctor', () => {
  it('finds the server and misses the agents', async () => {
    const { exitCode, out } = await fleetune('doctor --json');
    const { findings } = JSON.parse(out) as { findings: { check: string; level: string; advice?: string }[] };
    expect(findings.find(({ check }) => check === 'server')).toMatchObject({ level: 'ok' });
    expect(findings.find(({ check }) => check === 'agents')).toMatchObject({
      level: 'fail',
      advice: expect.any(String),
    });
    expect(exitCode).toBe(1);
  });
});

describe('fleetune pools', () => {
  it('lists slots that are kept, with how long they last and how often they served', async () => {
    expect((await fleetune('pools')).err).toContain('No warm pools.');
    const pool = { keepAliveSeconds: 60, agentId: 'a1', instanceType: 'ml.m5.large', retainedSeconds: 12.4 };
    server.jobs.warmPools = [
      { ...pool, trainingJobName: 'digits-7', status: 'Available', reuses: 6, expiresAtMs: Date.now() + 60_000 },
      { ...pool, trainingJobName: 'digits-8', status: 'InUse', reuses: 0, retainedSeconds: 0 },
    ];
    const { exitCode, out } = await fleetune('pools');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^state +training job +agent +class +seconds left +retained s +hits/m);
    expect(out).toMatch(/^Available +digits-7 +a1 +ml\.m5\.large +(59|60) +12 +6/m);
    expect(out).toMatch(/^InUse +digits-8 +a1 +ml\.m5\.large +– +0 +0/m);
    expect(JSON.parse((await fleetune('pools --json')).out).warmPools).toMatchObject([
      { trainingJobName: 'digits-7', status: 'Available' },
      { trainingJobName: 'digits-8', status: 'InUse' },
    ]);
  });
});
