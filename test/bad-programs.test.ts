import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError } from '@fleetune/api/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fleet } from './fleet/fleet.js';
import { eventually, processesWith } from './fleet/processes.js';

const GIB = 2 ** 30;
const STOP_GRACE_SECONDS = 2;

describe('programs that misbehave, on one server and one agent that go on', () => {
  const fleet = new Fleet('postgres', 3, { FLEETUNE_STOP_GRACE_SECONDS: String(STOP_GRACE_SECONDS) });
  let processIds: (number | undefined)[];

  beforeAll(async () => {
    await fleet.start();
    processIds = [fleet.server?.pid, fleet.agent?.pid];
  });
  afterAll(() => fleet.stop());

  /** Starts a Python program as a training job of its own. */
  async function start(name: string, program: string, more: object = {}): Promise<void> {
    const source = join(fleet.folder, `source-${name}`);
    mkdirSync(source);
    writeFileSync(join(source, 'train.py'), program);
    await fleet.client.createTrainingJob({
      name,
      algorithm: { script: 'train.py', source: `file://${source}` },
      metrics: { loss: 'loss=(.*?);' },
      instance: { type: 'ml.m5.large', volumeSizeGib: 1 },
      ...more,
    });
  }

  function end(name: string) {
    return eventually(`${name} ends`, async () => {
      const job = await fleet.client.trainingJob(name);
      return job.status === 'InProgress' || job.status === 'Stopping' ? undefined : job;
    });
  }

  async function run(name: string, program: string, more: object = {}) {
    await start(name, program, more);
    return end(name);
  }

  it('exit code 1: Failed, with the code and the last words', async () => {
    const job = await run('exits', "import sys; print('no such column: label', flush=True); sys.exit(1)");
    expect(job.status).toBe('Failed');
    expect(job.failureReason).toMatch(/^AlgorithmError: /);
    expect(job.failureReason).toContain('exit code 1');
    expect(job.failureReason).toContain('no such column: label');
  });

  it('a failure file: its text is the reason', async () => {
    const job = await run('explains', "open('/opt/ml/output/failure', 'w').write('labels must be 0 to 9'); exit(3)");
    expect(job.failureReason).toContain('labels must be 0 to 9');
  });

  it.each([
    ['prints no metric', 'silent', "print('done')", /never matched.*loss=\(\.\*\?\);/s],
    ['prints NaN', 'nan', "print('loss=nan;')", /NaN/],
  ])('an objective program that %s: Failed, saying what was looked for', async (_what, name, program, reason) => {
    const source = join(fleet.folder, `objective-${name}`);
    mkdirSync(source);
    writeFileSync(join(source, 'train.py'), program);
    await fleet.client.createTuningJob({
      name,
      strategy: { name: 'Random' },
      objective: { metric: 'loss', type: 'Minimize' },
      limits: { maxTrainingJobs: 1, maxParallelTrainingJobs: 1 },
      algorithm: { script: 'train.py', source: `file://${source}` },
      ranges: { x: { min: 0, max: 1 } },
      metrics: { loss: 'loss=(.*?);' },
      instance: { type: 'ml.m5.large' },
    });
    const tuning = await eventually(`${name} ends`, async () => {
      const job = await fleet.client.tuningJob(name);
      return job.status === 'InProgress' ? undefined : job;
    });
    expect(tuning.status).toBe('Failed');
    const { trainingJobs } = await fleet.client.listTrainingJobs({ tuningJobName: name });
    expect(trainingJobs[0]?.failureReason).toMatch(reason);
  });

  it('1 GiB of log: Completed, the last metric is exact, and the rest of the fleet does not wait', async () => {
    const flood = `
import sys
line = 'epoch ' + 'x' * 1017 + '\\n'
block = line * 1024
for _ in range(1024):
    sys.stdout.write(block)
print('loss=0.125;', flush=True)
`;
    await start('floods', flood);
    const neighbour = await run('neighbour', "print('loss=1;')");
    expect(neighbour.status).toBe('Completed');
    const job = await end('floods');
    expect(job.status).toBe('Completed');
    expect(job.finalMetrics[0]).toMatchObject({ name: 'loss', value: 0.125 });
  });

  it('SIGTERM ignored: stopped by force after the grace period', async () => {
    const marker = `stubborn-${process.pid}`;
    const program = `
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('${marker}', flush=True)
time.sleep(600)
`;
    await start(marker, program);
    await eventually('it runs', async () => {
      const { chunks } = await fleet.client.trainingJobLog(marker);
      return chunks.length > 0 ? true : undefined;
    });
    const askedMs = performance.now();
    await fleet.client.stopTrainingJob(marker);
    const job = await end(marker);
    expect(job).toMatchObject({ status: 'Stopped', secondaryStatus: 'Stopped' });
    expect(performance.now() - askedMs).toBeGreaterThan(STOP_GRACE_SECONDS * 1000 - 100);
  });

  it('grandchildren that leave the session: none is left when the job has ended', async () => {
    const marker = `escaper-${process.pid}`;
    const program = `
import os, sys, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            os.execvp('sleep', ['${marker}', '600'])
        os._exit(0)
time.sleep(0.3)
print('loss=1;', flush=True)
`;
    const job = await run('forks', program);
    expect(job.status).toBe('Completed');
    expect(processesWith(marker)).toEqual([]);
  });

  it('more on disk than the volume has: Failed, saying how much it may have', async () => {
    const program = `
import os, time
with open('/opt/ml/model/big', 'wb') as file:
    for _ in range(3 * 16):
        file.write(os.urandom(1024) * 65536)
time.sleep(600)
`;
    const job = await run('hoards', program);
    expect(job.status).toBe('Failed');
    expect(job.failureReason).toMatch(/1 GiB/);
  });

  it('a channel that is not there: Failed by its description, naming channel and address', async () => {
    const uri = `file://${fleet.folder}/nowhere`;
    const job = await run('unfed', "print('loss=1;')", { channels: { train: { uri } } });
    expect(job.failureReason).toMatch(/^ClientError: /);
    expect(job.failureReason).toContain('"train"');
    expect(job.failureReason).toContain(uri);
  });

  it('a description that cannot be searched is refused at once, every fault with its place', async () => {
    const refused = fleet.client.createTuningJob({
      name: 'impossible',
      strategy: { name: 'Grid' },
      objective: { metric: 'loss', type: 'Minimize' },
      limits: { maxTrainingJobs: 3, maxParallelTrainingJobs: 1 },
      algorithm: { command: ['true'] },
      ranges: { x: { min: 2, max: 1 }, y: { min: 0, max: 1, scaling: 'Logarithmic' } },
      metrics: { loss: 'loss=(.*?);' },
      instance: { type: 'ml.m5.large' },
    });
    const error = await refused.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    const faults = (error as ApiError).faults.map((fault) => `${fault.path}: ${fault.message}`).join('\n');
    expect(faults).toContain('min must be less than max');
    expect(faults).toContain('needs min > 0');
  });

  it('afterwards: the same server and agent, at rest in memory, serve the next job', async () => {
    const job = await run('after', "print('loss=0.5;')");
    expect(job.status).toBe('Completed');
    expect([fleet.server?.pid, fleet.agent?.pid]).toEqual(processIds);
    for (const pid of processIds) expect(residentBytes(pid)).toBeLessThan(0.5 * GIB);
  });
});

function residentBytes(pid: number | undefined): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}
