import { readFileSync } from 'node:fs';
import pg from 'pg';
import { tune, writeSource } from '../harness/fleet.mjs';

const STATEMENTS = readFileSync(new URL('large-tuning-job.sql', import.meta.url), 'utf8');

/** Runs a short tuning job and puts one beside it that has `count` training jobs. @returns its name */
export async function makeLargeTuningJob(fleet, count) {
  const source = writeSource(fleet.folder, 'train.py', "print('accuracy=0.5;', flush=True)\n");
  await tune(fleet.client, {
    name: 'small',
    strategy: 'Sobol',
    objective: { metric: 'accuracy', type: 'Maximize' },
    metrics: { accuracy: 'accuracy=([0-9.]+)' },
    limits: { maxTrainingJobs: 1, maxParallelTrainingJobs: 1 },
    algorithm: { script: 'train.py', source: `file://${source}` },
    ranges: {
      rate: { min: 0.0001, max: 1, scaling: 'Logarithmic' },
      depth: { min: 2, max: 9, type: 'integer' },
      optimizer: { values: ['adam', 'sgd'] },
    },
    instance: { type: 'ml.m5.large' },
  });
  await query(fleet, STATEMENTS.replaceAll(':count', String(count)).replaceAll(':like', "'small'"));
  return 'large';
}

/** Changes so many of its training jobs, as a scheduler that is busy would. */
export async function touchTrainingJobs(fleet, count) {
  await query(
    fleet,
    `UPDATE training_jobs SET last_modified_at = now(), objective = random() WHERE name IN
     (SELECT name FROM training_jobs WHERE name LIKE 'large-%' ORDER BY random() LIMIT ${count})`,
  );
}

async function query(fleet, statements) {
  const client = new pg.Client(fleet.databaseUrl());
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}
