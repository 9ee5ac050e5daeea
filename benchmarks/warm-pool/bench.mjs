import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createAttemptExecutor } from '@fleetune/agent';
import { builtinRequirementsFile, ensurePythonEnvironment } from '@fleetune/algorithms';
import { openObjectStores } from '@fleetune/artifacts';
import { round, summary } from '../harness/statistics.mjs';
import { bareSpawnMs } from '../overhead/bare-spawn.mjs';
import { foldOrders, runInTurn } from './jobs.mjs';

const { values } = parseArgs({ options: { json: { type: 'boolean' }, quick: { type: 'boolean' } } });
const say = (text) => process.stderr.write(`${text}\n`);

const JOBS = values.quick ? 24 : 120;
/** The ways take turns, so that a busy moment of the machine meets all of them. */
const TURNS = 4;
/** The article that AWS wrote on k-fold cross-validation with warm pools: 120 jobs took 10 hours cold, 4 hours warm. */
const ARTICLE_RATIO = 2.5;

const folder = mkdtempSync(join(tmpdir(), 'fleetune-warm-pool-'));
const { python } = await ensurePythonEnvironment({
  requirementsFile: builtinRequirementsFile('xgboost'),
  cacheDirectory: process.env.FLEETUNE_PYTHON_ENVIRONMENTS ?? join(import.meta.dirname, '../../.fleetune/python'),
  log: say,
});

const source = join(folder, 'source');
const data = join(folder, 'data');
for (const path of [source, data]) mkdirSync(path);
copyFileSync(join(import.meta.dirname, 'train.py'), join(source, 'train.py'));
const SAVE =
  'import numpy, sys; from sklearn.datasets import load_digits; d = load_digits(); numpy.savez(sys.argv[1], x=d.data, y=d.target)';
execFileSync(python, ['-c', SAVE, join(data, 'digits.npz')]);

let executors = 0;
const newExecutor = (zygote) =>
  createAttemptExecutor({
    stateFolder: join(folder, `agent-${executors++}`),
    stores: openObjectStores(),
    resolveBuiltin: () => Promise.reject(new Error('there are no built-in algorithms here')),
    pythonInterpreter: () => python,
    zygote,
  });

/** An agent that has never run anything, for each job. */
async function coldJobs(orders) {
  const runs = [];
  for (const order of orders) runs.push(await runInTurn(newExecutor('off'), [order]));
  return { startupMs: runs.flatMap((run) => run.startupMs), seconds: runs.reduce((sum, run) => sum + run.seconds, 0) };
}

const warmSlot = newExecutor('off');
const zygote = newExecutor('auto');
const ways = {
  cold: coldJobs,
  warmSlot: (orders) => runInTurn(warmSlot, orders),
  zygote: (orders) => runInTurn(zygote, orders),
};
const results = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
const bare = [];
const orders = foldOrders(JOBS, source, data);
try {
  for (let turn = 0; turn < TURNS; turn += 1) {
    const part = orders.slice((turn * JOBS) / TURNS, ((turn + 1) * JOBS) / TURNS);
    for (const [name, run] of Object.entries(ways)) results[name].push(await run(part));
    bare.push(
      await bareSpawnMs(
        python,
        ['-c', 'import numpy, sklearn.model_selection, xgboost; print("ready", flush=True)'],
        part.length,
      ),
    );
  }
} finally {
  await zygote.close();
  rmSync(folder, { recursive: true, force: true });
}

const report = {};
for (const [name, turns] of Object.entries(results)) {
  const medians = turns.map((one) => summary(one.startupMs).p50);
  report[name] = {
    startupMs: summary(turns.flatMap((one) => one.startupMs)),
    totalSeconds: round(
      turns.reduce((sum, one) => sum + one.seconds, 0),
      1,
    ),
    p50OfTurns: { least: Math.min(...medians), most: Math.max(...medians) },
  };
}
const bareSpawn = { ...summary(bare.flat()), p50OfTurns: bare.map((turn) => summary(turn).p50) };
for (const [name, { startupMs, totalSeconds, p50OfTurns }] of Object.entries(report)) {
  say(
    `${name}: ${JOBS} jobs in ${totalSeconds} s; free slot to first line p50 ${startupMs.p50} ms (turns ${p50OfTurns.least} to ${p50OfTurns.most}), p99 ${startupMs.p99} ms`,
  );
}
say(`bare spawn of the same imports: p50 ${bareSpawn.p50} ms (turns ${bareSpawn.p50OfTurns.join(', ')})`);
const speedup = round(report.cold.totalSeconds / report.zygote.totalSeconds, 1);
say(
  `cold to zygote: ${speedup} times (the article: ${ARTICLE_RATIO}); zygotes: ${JSON.stringify(zygote.zygoteStatistics())}`,
);
const load = { cores: availableParallelism(), average1m: round(loadavg()[0], 1) };
if (values.json) {
  process.stdout.write(
    `${JSON.stringify({ bench: 'warm-pool', jobs: JOBS, ...report, bareSpawnMs: bareSpawn, speedup, articleSpeedup: ARTICLE_RATIO, load })}\n`,
  );
}
