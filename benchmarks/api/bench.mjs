import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startFleet, writeSource } from '../harness/fleet.mjs';
import { round, summary } from '../harness/statistics.mjs';
import { createToStarting } from './create-to-starting.mjs';
import { createPrototypes, nameImage, trainingJob } from './prototypes.mjs';
import { describeRequests, listRequests } from './requests.mjs';
import { seedJobs } from './seed.mjs';

const { values } = parseArgs({ options: { json: { type: 'boolean' }, quick: { type: 'boolean' } } });
const say = (text) => process.stderr.write(`${text}\n`);

const TRAINING_JOBS = values.quick ? 100_000 : 1_000_000;
const READERS = 50;
const SECONDS = values.quick ? 8 : 20;
const CREATED = values.quick ? 100 : 300;
/** Of a reader that polls, as waiters, dashboards and the SDKs do; on average. */
const POLL_MS = 100;

// Everybody here reads with the one key of the server: throttling is not what is measured.
process.env.FLEETUNE_READS_PER_SECOND = '0';
process.env.FLEETUNE_CHANGES_PER_SECOND = '0';
const noiseBefore = machineNoise();
const folder = mkdtempSync(join(tmpdir(), 'fleetune-bench-api-'));
nameImage(folder);
const fleet = await startFleet({ queue: 'postgres', slots: 4 });
try {
  const endpoint = JSON.parse(readFileSync(join(fleet.folder, 'data', 'endpoint.json'), 'utf8'));
  const source = writeSource(fleet.folder, 'train.py', "print('loss=1;', flush=True)\n");
  await createPrototypes(endpoint, source);
  const seedStartMs = performance.now();
  const names = await seedJobs(fleet.databaseUrl(), TRAINING_JOBS - 2, {
    trainingJob: 'prototype-alone',
    tuningJob: 'prototype',
  });
  say(`${names.count} training jobs in the store after ${round((performance.now() - seedStartMs) / 1000, 0)} s`);

  const create = await createToStarting(endpoint, (name) => trainingJob(name, source), CREATED);
  const requests = { describe: describeRequests(names), list: listRequests(names) };
  const result = {};
  for (const [kind, asked] of Object.entries(requests)) {
    const alone = await load({ endpoint, readers: 1, seconds: 5, pauseMs: 0, requests: asked });
    const polling = await load({ endpoint, readers: READERS, seconds: SECONDS, pauseMs: POLL_MS, requests: asked });
    const flat = await load({ endpoint, readers: READERS, seconds: SECONDS, pauseMs: 0, requests: asked });
    const median = (samples) => summary(Object.values(samples).flat()).p50;
    result[kind] = {
      ...summary(Object.values(polling).flat()),
      aloneMs: summary(Object.values(alone).flat()),
      saturatedMs: summary(Object.values(flat).flat()),
      saturatedRequestsPerSecond: round(Object.values(flat).flat().length / SECONDS, 0),
      queueingShare: round(1 - median(alone) / median(flat)),
    };
    say(`${kind}: ${JSON.stringify(result[kind])}`);
    for (const [name, samples] of Object.entries(flat)) {
      const at = (each) => JSON.stringify(summary(each ?? [0]));
      say(`  ${name}: ${READERS} readers ${at(samples)}, polling ${at(polling[name])}, one ${at(alone[name])}`);
    }
  }
  const document = {
    bench: 'api',
    describeMs: result.describe,
    listMs: result.list,
    createToStartingMs: { ...summary(create.startingMs), answerMs: summary(create.answerMs) },
    trainingJobs: names.count,
    serverRssMib: residentMib(fleet.processIds.server),
    noise: { before: noiseBefore, after: machineNoise() },
  };
  say(
    `create to Starting: ${JSON.stringify(document.createToStartingMs)}; server ${document.serverRssMib} MiB resident`,
  );
  if (values.json) process.stdout.write(`${JSON.stringify(document)}\n`);
} finally {
  await fleet.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function load(settings) {
  const child = fork(new URL('./read-load.mjs', import.meta.url));
  child.send(settings);
  const [samples] = await once(child, 'message');
  return samples;
}

/** How long the same piece of work takes again and again: on a quiet machine, p99 is p50. */
function machineNoise() {
  const block = Buffer.alloc(1 << 20);
  const samples = Array.from({ length: 300 }, () => {
    const startMs = performance.now();
    createHash('sha256').update(block).digest();
    return performance.now() - startMs;
  });
  return { sameWorkMs: summary(samples), loadAverage: round(loadavg()[0]) };
}

function residentMib(processId) {
  const kib = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${processId}/status`, 'utf8'))?.[1]);
  return round(kib / 1024, 0);
}
