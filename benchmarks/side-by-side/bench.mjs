import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensurePythonEnvironment } from '@fleetune/algorithms';
import { round } from '../harness/statistics.mjs';
import { startTuner } from './fleetune-tuner.mjs';
import { DIGITS, NAP, randomPoints } from './points.mjs';

const { values } = parseArgs({ options: { json: { type: 'boolean' }, quick: { type: 'boolean' } } });
const say = (text) => process.stderr.write(`${text}\n`);

/** Each tuner gets the same points in the same order, as many processes, and the same function to call. */
const WORKLOADS = [
  { name: 'digits', ranges: DIGITS, count: 50, parallel: 4 },
  { name: 'nap', ranges: NAP, count: values.quick ? 100 : 1_000, parallel: 2, idealSecondsATrial: 0.1 },
].map((workload) => ({ ...workload, trial: workload.name, points: randomPoints(workload.ranges, workload.count) }));
/** Tuners take turns, so that a busy moment of the machine meets all of them. */
const TURNS = values.quick ? 1 : 3;

const trials = join(import.meta.dirname, 'trials');
const { python } = await ensurePythonEnvironment({
  requirementsFile: join(import.meta.dirname, 'peers/requirements.lock'),
  cacheDirectory: process.env.FLEETUNE_PYTHON_ENVIRONMENTS ?? join(import.meta.dirname, '../../.fleetune/python'),
  log: say,
});
// Trials have one core each, whoever starts them.
Object.assign(process.env, { OMP_NUM_THREADS: '1', FLEETUNE_PYTHON: python });
const folder = mkdtempSync(join(tmpdir(), 'fleetune-side-by-side-'));

function peer(script) {
  return async (workload) => {
    const own = mkdtempSync(join(folder, 'peer-'));
    const { trial, points, parallel } = workload;
    const asked = JSON.stringify({ trial, points, parallel, trials, folder: own });
    const { status, stdout, stderr } = spawnSync(python, [join(import.meta.dirname, 'peers', script)], {
      input: asked,
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stderr.slice(-3_000)}`);
    return JSON.parse(stdout.trim().split('\n').at(-1));
  };
}

/** A fleet of its own for each run, started before the clock is: like Ray's, it stands before the tuning job comes. */
async function fleetune(workload) {
  const tuner = await startTuner(trials, workload.parallel);
  try {
    return await tuner.run(workload);
  } finally {
    await tuner.stop();
  }
}

const TUNERS = { fleetune, 'ray-tune': peer('ray_tune.py'), optuna: peer('optuna_study.py') };
const report = { bench: 'side-by-side' };
mkdirSync(folder, { recursive: true });
try {
  for (const workload of WORKLOADS) {
    const runs = Object.fromEntries(Object.keys(TUNERS).map((name) => [name, []]));
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const [name, run] of Object.entries(TUNERS)) {
        const ran = await run(workload);
        if (ran.trials !== workload.points.length) throw new Error(`${name} ran ${ran.trials} trials.`);
        runs[name].push(ran);
        say(`${workload.name}, turn ${turn + 1}: ${name} ${round(ran.seconds)} s, best ${round(ran.best, 4)}`);
      }
    }
    report[workload.name] = Object.fromEntries(
      Object.entries(runs).map(([name, ran]) => [name, figures(workload, ran)]),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
report.load = { cores: availableParallelism(), average1m: round(loadavg()[0], 1) };
for (const { name, parallel, points } of WORKLOADS) {
  say(`\n${name}: ${points.length} trials, ${parallel} at once`);
  for (const [tuner, { seconds, lostShare }] of Object.entries(report[name])) {
    const lost = lostShare === undefined ? '' : `, ${round(100 * lostShare, 1)} % lost`;
    say(`  ${tuner}: ${seconds.median} s (${seconds.least} to ${seconds.most})${lost}`);
  }
}
if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);

function figures({ points, parallel, idealSecondsATrial }, runs) {
  const all = runs.map((run) => run.seconds).sort((a, b) => a - b);
  const median = all[Math.floor(all.length / 2)];
  const seconds = { median: round(median), least: round(all[0]), most: round(all.at(-1)) };
  if (idealSecondsATrial === undefined) return { seconds, best: runs[0].best };
  const ideal = (points.length * idealSecondsATrial) / parallel;
  return { seconds, idealSeconds: ideal, lostShare: round(1 - ideal / median, 3) };
}
