import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { startFleet, trainingJobs, tune, writeSource } from '../harness/fleet.mjs';
import { round, summary } from '../harness/statistics.mjs';
import { bareBullmqJobsPerSecond } from './bare-bullmq.mjs';
import { bareSpawnMs } from './bare-spawn.mjs';

const { values } = parseArgs({ options: { json: { type: 'boolean' }, quick: { type: 'boolean' } } });
const say = (text) => process.stderr.write(`${text}\n`);

const SLOTS = 8;
const NO_OP_JOBS = values.quick ? 500 : 3_000;
const PROCESS_JOBS = values.quick ? 40 : 200;
const ROUNDS = values.quick ? 1 : 3;
const PROGRAM = "print('score=1;', flush=True)\n";

/** Two permits a slot: while one training job runs, its successor already waits on the class queue. */
const noOpTuningJob = (name, jobs) => ({
  name,
  strategy: { name: 'Random' },
  seed: 1,
  objective: { metric: 'score', type: 'Minimize' },
  limits: { maxTrainingJobs: jobs, maxParallelTrainingJobs: 2 * SLOTS },
  algorithm: { builtin: 'no-op' },
  ranges: { x: { min: 0, max: 1 } },
  metrics: { score: 'score=(.*?);' },
  instance: { type: 'ml.m5.large' },
});

async function wholePath(queue) {
  const fleet = await startFleet({ queue, slots: SLOTS });
  try {
    await tune(fleet.client, noOpTuningJob('warm-up', 300));
    const rates = [];
    const bare = [];
    const url = queue === 'redis' ? fleet.redisUrl : fleet.databaseUrl();
    for (let round_ = 0; round_ < ROUNDS; round_ += 1) {
      const job = await tune(fleet.client, noOpTuningJob(`no-op-${round_}`, NO_OP_JOBS));
      rates.push(NO_OP_JOBS / job.seconds);
      bare.push(await bareBullmqJobsPerSecond({ kind: queue, url, jobs: NO_OP_JOBS, concurrency: SLOTS }));
    }
    const result = { jobsPerSecond: round(median(rates), 1), bareBullmqJobsPerSecond: round(median(bare), 1) };
    say(
      `queue on ${queue}: ${result.jobsPerSecond} no-op training jobs/s (${spread(rates)}); bare BullMQ ${result.bareBullmqJobsPerSecond} jobs/s (${spread(bare)})`,
    );
    return result;
  } finally {
    await fleet.stop();
  }
}

/** One slot, so that nothing but the path itself is measured; a second permit keeps the next job waiting. */
async function processStart() {
  const fleet = await startFleet({ queue: 'postgres', slots: 1 });
  try {
    const source = writeSource(fleet.folder, 'train.py', PROGRAM);
    const body = {
      ...noOpTuningJob('process', PROCESS_JOBS),
      limits: { maxTrainingJobs: PROCESS_JOBS, maxParallelTrainingJobs: 2 },
      algorithm: { script: 'train.py', source: `file://${source}` },
    };
    await tune(fleet.client, { ...body, name: 'warm-up', limits: { maxTrainingJobs: 5, maxParallelTrainingJobs: 2 } });
    const python = execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
    const before = await bareSpawnMs(python, ['-u', `${source}/train.py`], PROCESS_JOBS / 2);
    await tune(fleet.client, body);
    const after = await bareSpawnMs(python, ['-u', `${source}/train.py`], PROCESS_JOBS / 2);
    const jobs = await trainingJobs(fleet.client, 'process');
    // The first job found a slot that had long been free: its wait is not the path's.
    const started = jobs.slice(1).map((job) => job.startupMs);
    return { processStartMs: summary(started), bareSpawnMs: summary([...before, ...after]) };
  } finally {
    await fleet.stop();
  }
}

function median(samples) {
  return [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)];
}

function spread(samples) {
  return `${samples.length} runs, ${round(Math.min(...samples), 0)} to ${round(Math.max(...samples), 0)}`;
}

const queues = { postgres: await wholePath('postgres'), redis: await wholePath('redis') };
const starts = await processStart();
const ratio = starts.processStartMs.p50 / starts.bareSpawnMs.p50;
say(
  `free slot to first line: p50 ${starts.processStartMs.p50} ms, p99 ${starts.processStartMs.p99} ms; bare spawn of the same program: p50 ${starts.bareSpawnMs.p50} ms, p99 ${starts.bareSpawnMs.p99} ms (${round(ratio, 1)} times)`,
);
if (values.json) process.stdout.write(`${JSON.stringify({ bench: 'overhead', queues, ...starts })}\n`);
