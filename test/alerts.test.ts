import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CreateTrainingJobBody } from '@fleetune/api/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Fleet } from './fleet/fleet.js';
import { eventually } from './fleet/processes.js';
import { hasProgram, Prometheus } from './fleet/prometheus.js';

const RULES = new URL('../deploy/prometheus/rules.yml', import.meta.url);

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string; readonly for?: string }[] }[];
}

/**
 * The rules as they are deployed, for impatient readers: what must last minutes lasts a second, and a wait is long from two
 * seconds on. That they wait as long as they should is tested in deploy/prometheus/rules.test.yml.
 */
function impatientRules(): string {
  const { groups }: Rules = parse(readFileSync(RULES, 'utf8'));
  const impatient = groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule) => ({
      ...rule,
      ...(rule.for === undefined ? {} : { for: '1s' }),
      expr: rule.expr.replaceAll('[10m]', '[10s]').replaceAll('> 900', '> 2'),
    })),
  }));
  return JSON.stringify({ groups: impatient });
}

const PROGRAM = `
import sys, time
print('loss=1;', flush=True)
if sys.argv[1:2] == ['fail']:
    sys.exit('it was asked to fail')
for step in range(int(sys.argv[1]) * 10):
    print(f'loss={step};', flush=True)
    time.sleep(0.1)
`;

const ready = hasProgram('prometheus') && hasProgram('promtool');
const reason = ready ? '' : ' (skipped: there is no Prometheus; Debian package prometheus)';

describe.skipIf(!ready)(`an alert fires when its cause is there${reason}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'fleetune-alerts-'));
  const prometheus = new Prometheus(join(folder, 'prometheus'));
  const fleet = new Fleet('postgres', 4);

  beforeAll(async () => {
    await prometheus.start(impatientRules());
    await fleet.start();
    await prometheus.lookAt([new URL(fleet.endpoint.url).host]);
    await train(fleet, 'first', '0');
    await ended(fleet, 'first');
  });

  afterAll(async () => {
    await fleet.stop();
    await prometheus.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function train(on: Fleet, name: string, argument: string): Promise<void> {
    const body: CreateTrainingJobBody = {
      name,
      algorithm: { command: ['python3', '-c', PROGRAM, argument] },
      metrics: { loss: 'loss=([0-9.]+);' },
      instance: { type: 'ml.m5.large' },
    };
    await on.client.createTrainingJob(body);
  }

  const ended = (on: Fleet, name: string) =>
    eventually(`${name} ends`, async () =>
      (await on.client.trainingJob(name)).status === 'InProgress' ? undefined : true,
    );
  const trains = (name: string) =>
    eventually(`${name} trains`, async () =>
      (await fleet.client.trainingJob(name)).secondaryStatus === 'Training' ? true : undefined,
    );

  it('in words that promtool has nothing against', async () => {
    const metrics = await (await fetch(`${fleet.endpoint.url}/metrics`)).text();
    expect(metrics).toContain('fleetune_training_jobs_finished_total{status="Completed"} 1');
    expect(execFileSync('promtool', ['check', 'metrics'], { input: metrics, encoding: 'utf8' })).toBe('');
  });

  it('FleetuneTrainingJobsFail: the program fails', async () => {
    for (let number = 0; number < 6; number += 1) await train(fleet, `failing-${number}`, 'fail');
    await prometheus.fires('FleetuneTrainingJobsFail');
  });

  it('FleetuneAgentSilent, FleetuneQueueWaitLong, FleetuneFencedWrites: an agent is paused, and goes on', async () => {
    await train(fleet, 'cut-off', '60');
    await trains('cut-off');
    process.kill(fleet.agent?.pid ?? 0, 'SIGSTOP');
    await train(fleet, 'queued', '0');
    await prometheus.fires('FleetuneAgentSilent');
    await eventually('the lease runs out', async () =>
      (await fleet.client.trainingJob('cut-off')).secondaryStatus === 'Training' ? undefined : true,
    );
    process.kill(fleet.agent?.pid ?? 0, 'SIGCONT');
    await prometheus.fires('FleetuneQueueWaitLong');
    const { labels } = await prometheus.fires('FleetuneFencedWrites');
    expect(labels.severity).toBe('warning');
    await fleet.client.stopTrainingJob('cut-off');
    await ended(fleet, 'cut-off');
  });

  it('FleetuneLeasesExpire, FleetuneNoAgentReady: the only agent dies with four trainings', async () => {
    const names = ['lost-1', 'lost-2', 'lost-3', 'lost-4'];
    for (const name of names) await train(fleet, name, '300');
    for (const name of names) await trains(name);
    await fleet.killAgent();
    const { annotations } = await prometheus.fires('FleetuneNoAgentReady');
    expect(annotations.summary).toBe('4 training jobs wait and no agent is ready.');
    await prometheus.fires('FleetuneLeasesExpire');
    for (const name of names) await fleet.client.stopTrainingJob(name);
  });

  it('FleetuneServerDown: the server is killed', async () => {
    await fleet.killServer();
    const { labels } = await prometheus.fires('FleetuneServerDown');
    expect(labels.severity).toBe('page');
  });

  it('FleetuneQueueStuck: the agents are told of a queue that is not there', async () => {
    const misled = new Fleet('postgres', 1, { FLEETUNE_AGENT_QUEUE_URL: 'postgresql://nobody@127.0.0.1:1/none' });
    try {
      await misled.start();
      await prometheus.lookAt([new URL(misled.endpoint.url).host]);
      await train(misled, 'stuck', '0');
      const { labels } = await prometheus.fires('FleetuneQueueStuck');
      expect(labels.instance_class).toBe('ml.m5.large');
    } finally {
      await misled.stop();
    }
  });

  it('FleetuneDiskLow: the disk of the data folder is nearly full', async (context) => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    const mounted = tried('mount', '-t', 'tmpfs', '-o', 'size=600m', 'fleetune-test', disk);
    if (mounted === undefined) context.skip('only root may mount a small disk');
    const small = new Fleet('postgres', 1);
    symlinkSync(disk, join(small.folder, 'data'));
    try {
      await small.start();
      await prometheus.lookAt([new URL(small.endpoint.url).host]);
      const { bavail, bsize, blocks } = statfsSync(disk);
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(Math.round((bavail - 0.08 * blocks) * bsize)));
      const { annotations } = await prometheus.fires('FleetuneDiskLow');
      expect(annotations.summary).toMatch(/^[78](\.\d+)?% of the disk/);
    } finally {
      await small.stop();
      // Its processes are gone a moment after they have ended.
      await eventually('the disk is let go', () => tried('umount', disk));
    }
  });
});

/** True when the program has done it. */
function tried(program: string, ...programArguments: string[]): true | undefined {
  return spawnSync(program, programArguments, { stdio: 'ignore' }).status === 0 ? true : undefined;
}
