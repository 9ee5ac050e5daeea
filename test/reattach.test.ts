import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Fleet } from './fleet/fleet.js';
import { eventually, processesWith, programOf } from './fleet/processes.js';

/** Long enough for an agent to come back on a busy machine. */
const LONG_LEASE_SECONDS = 60;

/** Prints numbered lines until the test makes the file `finish`, and leaves a checkpoint and a model. */
const PROGRAM = `
import os, sys, time
finish = os.path.join(sys.argv[sys.argv.index('--folder') + 1], 'finish')
line = 0
while not os.path.exists(finish):
    print(f'line {line} loss={line};', flush=True)
    line += 1
    time.sleep(0.02)
open('/opt/ml/checkpoints/state', 'w').write(str(line))
open('/opt/ml/model/weights', 'w').write('trained')
`;

interface AttemptRow {
  readonly fence: number;
  readonly state: string;
  readonly outcome: { readonly kind: string; readonly reason?: string } | null;
}

describe('a training whose agent goes away', () => {
  let fleet: Fleet | undefined;
  afterEach(({ task }) => fleet?.stop(task.result?.state === 'fail'));

  async function start(leaseSeconds = LONG_LEASE_SECONDS): Promise<Fleet> {
    const started = new Fleet('postgres', 2, {
      FLEETUNE_LEASE_TTL_SECONDS: String(leaseSeconds),
      FLEETUNE_LEASE_GRACE_SECONDS: '3',
    });
    fleet = started;
    await started.start();
    const source = join(started.folder, 'source');
    mkdirSync(source);
    writeFileSync(join(source, markerOf(started)), PROGRAM);
    await started.client.createTrainingJob({
      name: 'long',
      algorithm: { script: markerOf(started), source: `file://${source}` },
      hyperparameters: { folder: started.folder },
      metrics: { loss: 'loss=(.*?);' },
      instance: { type: 'ml.m5.large' },
      output: `file://${started.folder}/output`,
      checkpoints: `file://${started.folder}/checkpoints`,
    });
    return started;
  }

  /** The folder's name is unique, so it tells this test's programs from all others. */
  function markerOf({ folder }: Fleet): string {
    return `${folder.split('-').at(-1)}-long.py`;
  }

  function programs(of: Fleet): number[] {
    return processesWith(markerOf(of)).filter((pid) => programOf(pid).includes('python'));
  }

  function running(of: Fleet): Promise<number[]> {
    return eventually('the program prints', async () => {
      const { chunks } = await of.client.trainingJobLog('long').catch(() => ({ chunks: [] }));
      return chunks.length > 0 ? programs(of) : undefined;
    });
  }

  /** Lets the program end. */
  function finish(of: Fleet): void {
    writeFileSync(join(of.folder, 'finish'), '');
  }

  function ended(of: Fleet) {
    return eventually(
      'the training job ends',
      async () => {
        const job = await of.client.trainingJob('long');
        return job.status === 'InProgress' ? undefined : job;
      },
      90_000,
    );
  }

  async function log(of: Fleet): Promise<string[]> {
    const rows = await of.query<{ data: Buffer }>('SELECT data FROM log_chunks ORDER BY fence, byte_offset');
    return Buffer.concat(rows.map((row) => row.data))
      .toString()
      .split('\n');
  }

  function attempts(of: Fleet): Promise<AttemptRow[]> {
    return of.query<AttemptRow>('SELECT fence, state, outcome FROM attempts ORDER BY fence');
  }

  /** One attempt, with every line and every value of it once. */
  async function expectOneWholeAttempt(of: Fleet): Promise<void> {
    expect(await attempts(of)).toMatchObject([{ fence: 1, state: 'Ended', outcome: { kind: 'Succeeded' } }]);
    const count = Number(readFileSync(join(of.folder, 'checkpoints', 'state'), 'utf8'));
    const lines = (await log(of)).filter((line) => line.startsWith('line '));
    expect(lines).toEqual(Array.from({ length: count }, (_, line) => `line ${line} loss=${line};`));
    const points = await of.query<{ step: number; value: number }>(
      'SELECT step, value FROM metric_points ORDER BY step',
    );
    expect(points).toEqual(Array.from({ length: count }, (_, step) => ({ step, value: step })));
    const job = await of.client.trainingJob('long');
    expect(job).toMatchObject({ status: 'Completed', finalMetrics: [{ name: 'loss', value: count - 1 }] });
    expect(job.modelArtifactUri).toContain('model.tar.gz');
    expect(processesWith(markerOf(of))).toEqual([]);
  }

  it('killed and started again, twice: the same attempt, the same process, every line and value once', async () => {
    const one = await start();
    const before = await running(one);
    for (let time = 0; time < 2; time += 1) {
      await one.killAgent();
      expect(programs(one)).toEqual(before);
      await one.startAgent();
      expect(programs(one)).toEqual(before);
    }
    finish(one);
    await ended(one);
    await expectOneWholeAttempt(one);
  });

  it('upgraded by SIGHUP: the program does not notice', async () => {
    const one = await start();
    const before = await running(one);
    const { agent } = one;
    const left = new Promise((gone) => agent?.once('exit', gone));
    agent?.kill('SIGHUP');
    expect(await left).toBe(0);
    expect(programs(one)).toEqual(before);
    await one.startAgent();
    expect(programs(one)).toEqual(before);
    finish(one);
    await ended(one);
    await expectOneWholeAttempt(one);
  });

  it('cordoned: goes on with what runs, and is ready again when it is told so', async () => {
    const one = await start();
    const before = await running(one);
    const isIn = (state: string) =>
      eventually(`the agent is ${state}`, async () => {
        const [agent] = await one.client.listAgents();
        return agent?.state === state ? true : undefined;
      });
    await one.client.cordonAgent('tester');
    await isIn('Draining');
    expect(programs(one)).toEqual(before);
    await one.client.uncordonAgent('tester');
    await isIn('Ready');
    expect(programs(one)).toEqual(before);
    finish(one);
    await ended(one);
    await expectOneWholeAttempt(one);
  });

  it('away until the program has ended: its end is not lost', async () => {
    const one = await start();
    await running(one);
    await one.killAgent();
    finish(one);
    await eventually('the program ends', () => (programs(one).length === 0 ? true : undefined));
    await one.startAgent();
    await ended(one);
    await expectOneWholeAttempt(one);
  });

  it('stopped by its owner while the agent is away: asked to end when it is back', async () => {
    const one = await start();
    await running(one);
    await one.killAgent();
    await one.client.stopTrainingJob('long');
    await one.startAgent();
    const job = await eventually('it is stopped', async () => {
      const now = await one.client.trainingJob('long');
      return now.status === 'InProgress' || now.status === 'Stopping' ? undefined : now;
    });
    expect(job.status).toBe('Stopped');
    expect(await attempts(one)).toHaveLength(1);
    expect(programs(one)).toEqual([]);
  });

  it('longer than its lease: the program is ended before another attempt begins, and only that one goes on', async () => {
    const leaseSeconds = 12;
    const one = await start(leaseSeconds);
    const [first] = await running(one);
    await one.killAgent();
    const limitMs = (leaseSeconds + 3) * 1000;
    await eventually('the program is ended', () => (programs(one).length === 0 ? true : undefined), limitMs);
    const goneMs = Date.now();
    await one.startAgent();
    const again = await eventually('another attempt runs', () =>
      programs(one).length > 0 ? programs(one) : undefined,
    );
    expect(again).not.toContain(first);
    finish(one);
    expect((await ended(one)).status).toBe('Completed');
    const [lost, second] = await one.query<AttemptRow & { leased_at: Date }>(
      'SELECT fence, state, outcome, leased_at FROM attempts ORDER BY fence',
    );
    expect(lost?.outcome?.kind).toBe('Lost');
    expect(second).toMatchObject({ fence: 2, outcome: { kind: 'Succeeded' } });
    expect(second?.leased_at.getTime()).toBeGreaterThanOrEqual(goneMs - 1_000);
  });
});
