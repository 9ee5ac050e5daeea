import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainingJob } from '@fleetune/api/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fleet } from './fleet/fleet.js';
import { eventually } from './fleet/processes.js';

describe('a warm pool', () => {
  const fleet = new Fleet('postgres', 1, { FLEETUNE_LEASE_TTL_SECONDS: '20' });
  const output = mkdtempSync(join(fleet.folder, 'output-'));
  const program = [
    'seen="$SAGEMAKER_MANAGED_WARMPOOL_CACHE_DIRECTORY/seen"',
    'test -e "$seen" && echo "found=1" || echo "found=0"',
    'touch "$seen"',
  ].join('; ');

  beforeAll(() => fleet.start());
  afterAll(() => fleet.stop());

  function create(name: string, keepAlivePeriodSeconds = 3600): Promise<TrainingJob> {
    return fleet.client.createTrainingJob({
      name,
      algorithm: { command: ['sh', '-c', program] },
      metrics: { found: 'found=(\\d)' },
      output: `file://${output}`,
      instance: { type: 'ml.m5.large' },
      keepAlivePeriodSeconds,
    });
  }

  function ended(name: string): Promise<TrainingJob> {
    return eventually(`${name} ends`, async () => {
      const job = await fleet.client.trainingJob(name);
      return job.status === 'Completed' ? job : undefined;
    });
  }

  it('is found by the next job after the server was killed and started again', async () => {
    await create('before');
    expect((await ended('before')).warmPool).toMatchObject({ status: 'Available', reuses: 0 });
    await fleet.killServer();
    await fleet.startServer();
    await eventually('the agent is back', async () => {
      const agents = await fleet.client.listAgents();
      return agents.some(({ state }) => state === 'Ready') || undefined;
    });
    expect(await fleet.client.listWarmPools()).toMatchObject([
      { trainingJobName: 'before', status: 'Available', agentName: 'tester', instanceType: 'ml.m5.large' },
    ]);
    await create('after');
    const after = await ended('after');
    expect(after.warmPool).toMatchObject({ status: 'Available', reuses: 1 });
    expect(after.finalMetrics).toMatchObject([{ name: 'found', value: 1 }]);
    expect((await fleet.client.trainingJob('before')).warmPool).toMatchObject({ status: 'Reused', reusedBy: 'after' });
  });

  it('is counted for Prometheus, with what was saved and what it cost', async () => {
    const metrics = await (await fetch(`${fleet.endpoint.url}/metrics`)).text();
    expect(metrics).toMatch(/^fleetune_warm_pool_hits_total 1$/m);
    expect(metrics).toMatch(/^fleetune_warm_pools\{state="Available"\} 1$/m);
    expect(metrics).toMatch(/^fleetune_slots\{state="retained"\} 1$/m);
    expect(metrics).toMatch(/^fleetune_warm_pool_retained_seconds_total [\d.]+$/m);
  });

  it('ends with its agent, and leaves the next job a slot without a cache', async () => {
    await fleet.killAgent();
    await fleet.startAgent();
    await eventually('the pool has ended', async () => {
      const { warmPool } = await fleet.client.trainingJob('after');
      return warmPool?.status === 'Terminated' && warmPool.end === 'agent gone' ? true : undefined;
    });
    await create('anew', 1);
    expect((await ended('anew')).finalMetrics).toMatchObject([{ value: 0 }]);
    await eventually('the period is over', async () => {
      const { warmPool } = await fleet.client.trainingJob('anew');
      return warmPool?.end === 'expired' || undefined;
    });
    expect(await fleet.client.listWarmPools()).toEqual([]);
  });

  it('goes from fold to fold and from training job to training job of a tuning job', async () => {
    const hits = async () => {
      const metrics = await (await fetch(`${fleet.endpoint.url}/metrics`)).text();
      return Number(/^fleetune_warm_pool_hits_total (\d+)$/m.exec(metrics)?.[1]);
    };
    const before = await hits();
    await fleet.client.createTuningJob({
      name: 'tuned',
      strategy: 'Random',
      objective: { metric: 'found', type: 'Maximize' },
      limits: { maxTrainingJobs: 2, maxParallelTrainingJobs: 1 },
      crossValidation: { folds: 2 },
      algorithm: { command: ['sh', '-c', program] },
      metrics: { found: 'found=(\\d)' },
      output: `file://${output}`,
      ranges: { x: { min: 0, max: 1 } },
      instance: { type: 'ml.m5.large' },
      keepAlivePeriodSeconds: 60,
    });
    await eventually('the tuning job ends', async () => {
      const { status } = await fleet.client.tuningJob('tuned');
      return status === 'Completed' || undefined;
    });
    // Four folds, of which the first began the pool.
    expect((await hits()) - before).toBe(3);
    const [pool, ...others] = await fleet.client.listWarmPools();
    expect(pool).toMatchObject({ status: 'Available', reuses: 3 });
    expect(others).toEqual([]);
    // Nothing was there for the first fold; the second found what it had left.
    const { trainingJobs } = await fleet.client.listTrainingJobs({ tuningJobName: 'tuned' });
    const means = trainingJobs.map(({ tuning }) => [tuning?.index, tuning?.objectiveValue] as const);
    expect(new Map(means)).toEqual(
      new Map([
        [0, 0.5],
        [1, 1],
      ]),
    );
  });
});
