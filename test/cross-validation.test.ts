import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TrainingJob, TuningJob } from '@fleetune/api/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Fleet } from './fleet/fleet.js';
import { eventually } from './fleet/processes.js';

const EXAMPLE = fileURLToPath(new URL('../examples/cross-validation/tune.yaml', import.meta.url));

describe('the cross-validation example', () => {
  const fleet = new Fleet('postgres', 4);
  let tuningJob: TuningJob;
  let all: readonly TrainingJob[];

  beforeAll(async () => {
    await fleet.start();
    const body = parse(readFileSync(EXAMPLE, 'utf8'));
    body.algorithm.source = pathToFileURL(dirname(EXAMPLE)).href;
    await fleet.client.createTuningJob(body);
    tuningJob = await eventually('the tuning job has ended', async () => {
      const job = await fleet.client.tuningJob('cross-validation');
      return job.endTimeMs === undefined ? undefined : job;
    });
    all = (await fleet.client.listTrainingJobs({ maxResults: 100 })).trainingJobs;
  });
  afterAll(() => fleet.stop());

  it('completes, counting configurations and not folds', () => {
    const { completed, stopped } = tuningJob.trainingJobCounts;
    expect({ status: tuningJob.status, ended: completed + stopped }).toEqual({ status: 'Completed', ended: 8 });
    expect(completed).toBeGreaterThan(0);
  });

  it('gives each configuration the mean of its folds, each measured on a fifth of the data', async () => {
    const parents = all.filter((job) => job.tuning !== undefined && job.status === 'Completed');
    for (const parent of parents) {
      const folds = all.filter((job) => job.name.startsWith(`${parent.name}-f`));
      const values = folds.map((fold) => metric(fold, 'accuracy'));
      expect(values).toHaveLength(5);
      expect(metric(parent, 'accuracy')).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / 5, 12);
      expect(metric(parent, 'accuracy:standard_error')).toBeGreaterThan(0);
    }
    const fold = all.find((job) => job.name.startsWith(`${parents[0]?.name}-f1-`));
    const { chunks } = await fleet.client.trainingJobLog(fold?.name ?? '');
    expect(Buffer.concat(chunks.map(({ data }) => data)).toString()).toContain('trained on 320 rows, measured on 80');
  });
});

function metric(job: TrainingJob, name: string): number {
  const value = job.finalMetrics.find((one) => one.name === name)?.value;
  if (typeof value !== 'number') throw new Error(`${job.name} has no ${name}.`);
  return value;
}
