import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prepareDigits } from '../../packages/workbench/src/demo/digits.mjs';
import { startFleet, tune } from '../harness/fleet.mjs';
import { median } from '../harness/statistics.mjs';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, seeds: { type: 'string' } },
});
const say = (text) => process.stderr.write(`${text}\n`);

const SEEDS = Number(values.seeds ?? (values.quick ? 3 : 10));
const STRATEGIES = ['Bayesian', 'Random'];
const SLOTS = 3;
const DATA = new URL('../../examples/digits/data/', import.meta.url);

await prepareDigits();
const fleet = await startFleet({ queue: 'postgres', slots: SLOTS });
const best = { Bayesian: [], Random: [] };
try {
  for (let seed = 1; seed <= SEEDS; seed++) {
    for (const strategy of STRATEGIES) {
      const { bestTrainingJob, seconds } = await tune(fleet.client, tuningJob(strategy, seed));
      best[strategy].push(bestTrainingJob.tuning.objectiveValue);
      say(`seed ${seed}: ${strategy} ${best[strategy].at(-1).toFixed(4)} in ${seconds.toFixed(0)} s`);
    }
  }
} finally {
  await fleet.stop();
}
const rows = STRATEGIES.map((strategy) => ({
  strategy,
  medianBestAccuracy: rounded(median(best[strategy])),
  leastBestAccuracy: rounded(Math.min(...best[strategy])),
  bestAccuracies: best[strategy].map(rounded),
}));
const wins = best.Bayesian.filter((accuracy, i) => accuracy > best.Random[i]).length;
const ties = best.Bayesian.filter((accuracy, i) => accuracy === best.Random[i]).length;
for (const { strategy, medianBestAccuracy, leastBestAccuracy } of rows) {
  say(`${strategy}: median ${medianBestAccuracy}, worst seed ${leastBestAccuracy}`);
}
say(`Bayesian ahead on ${wins} seeds, level on ${ties}, behind on ${SEEDS - wins - ties}`);
if (values.json) process.stdout.write(`${JSON.stringify({ bench: 'search-digits', rows })}\n`);

/** That of examples/digits/tune.yaml. */
function tuningJob(strategy, seed) {
  const channel = (name) => ({ uri: `file://${fileURLToPath(new URL(name, DATA))}`, contentType: 'text/csv' });
  return {
    name: `digits-${strategy.toLowerCase()}-${seed}`,
    strategy: { name: strategy },
    seed,
    objective: { metric: 'validation:accuracy', type: 'Maximize' },
    limits: { maxTrainingJobs: 50, maxParallelTrainingJobs: SLOTS },
    algorithm: { builtin: 'xgboost' },
    hyperparameters: {
      objective: 'multi:softmax',
      num_class: '10',
      eval_metric: 'accuracy',
      num_round: '200',
      early_stopping_rounds: '5',
    },
    ranges: {
      alpha: { min: 0.01, max: 0.5 },
      eta: { min: 0.1, max: 0.5 },
      min_child_weight: { min: 0, max: 2 },
      max_depth: { type: 'integer', min: 1, max: 10 },
    },
    channels: { train: channel('train'), validation: channel('validation') },
    instance: { type: 'ml.m5.large' },
  };
}

function rounded(accuracy) {
  return Number(accuracy.toFixed(4));
}
