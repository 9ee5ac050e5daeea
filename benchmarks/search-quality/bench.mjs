import { parseArgs } from 'node:util';
import { FUNCTIONS } from './functions.mjs';
import { chooseOptimizers, readyOptimizers } from './optimizers.mjs';
import { report } from './report.mjs';
import { RunsFile } from './runs-file.mjs';
import { study } from './study.mjs';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    report: { type: 'boolean' },
    seeds: { type: 'string' },
    budget: { type: 'string' },
    optimizers: { type: 'string' },
    functions: { type: 'string' },
    parallel: { type: 'string' },
    runs: { type: 'string' },
    plots: { type: 'string' },
  },
});
const say = (text) => process.stderr.write(`${text}\n`);

const QUICK_FUNCTIONS = 'Branin,Ackley5,Hartmann6 noisy,Mixed,Michalewicz5,Rastrigin4,DixonPrice6,Training';
const [FIRST_SEED, LAST_SEED] = seedRange(values.seeds ?? (values.quick ? '3' : '20'));
const BUDGET = Number(values.budget ?? (values.quick ? 50 : 100));
const PARALLEL = (values.parallel ?? '1,8').split(',').map(Number);
const names = values.functions ?? (values.quick ? QUICK_FUNCTIONS : undefined);
const functions = FUNCTIONS.filter(({ name }) => names === undefined || names.split(',').includes(name));

const runs = new RunsFile(values.runs);
if (!values.report) await runAll();
const rows = report(runs, {
  functions,
  budgets: [BUDGET / 2, BUDGET],
  parallel: PARALLEL,
  optimizers: values.report ? values.optimizers?.split(',') : undefined,
  plots: values.plots,
  say,
});
if (values.json) process.stdout.write(`${JSON.stringify({ bench: 'search-quality', rows })}\n`);

/** Seeds in the outermost loop: what is there when it is interrupted is balanced. A peer that breaks down is left out. */
async function runAll() {
  const chosen = chooseOptimizers(values.optimizers, values.quick === true);
  // Random is what all regrets are measured against.
  if (!chosen.some(({ name }) => name === 'random')) chosen.push(...chooseOptimizers('random', false));
  const optimizers = await readyOptimizers(chosen, say);
  const broken = new Set();
  for (let seed = FIRST_SEED; seed <= LAST_SEED; seed++) {
    for (const testFunction of functions) {
      for (const optimizer of optimizers.filter((optimizer) => !broken.has(optimizer))) {
        await runOne(optimizer, testFunction, seed).catch((error) => {
          broken.add(optimizer);
          say(error.message);
        });
      }
    }
  }
  for (const { close } of optimizers.filter((optimizer) => !broken.has(optimizer))) await close();
}

async function runOne({ name, open }, testFunction, seed) {
  for (const parallel of PARALLEL) {
    const run = { optimizer: name, function: testFunction.name, parallel, seed };
    if (runs.has(run, BUDGET)) continue;
    const startedMs = performance.now();
    runs.add(run, await study(open, testFunction, { seed, budget: BUDGET, parallel }));
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    say(`${testFunction.name}, seed ${seed}, ${parallel} parallel: ${name} took ${seconds} s`);
  }
}

/** `20` is 1 to 20, `101-105` is just that. */
function seedRange(text) {
  const [first, last] = text.split('-').map(Number);
  return last === undefined ? [1, first] : [first, last];
}
