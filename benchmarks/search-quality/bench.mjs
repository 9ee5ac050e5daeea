import { parseArgs } from 'node:util';
import { FUNCTIONS } from './functions.mjs';
import { chooseOptimizers, readyOptimizers } from './optimizers.mjs';
import { groupBy, standings } from './standings.mjs';
import { study } from './study.mjs';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    seeds: { type: 'string' },
    budget: { type: 'string' },
    optimizers: { type: 'string' },
    functions: { type: 'string' },
    parallel: { type: 'string' },
  },
});
const say = (text) => process.stderr.write(`${text}\n`);

const QUICK_FUNCTIONS = 'Branin,Ackley5,Hartmann6 noisy,Mixed,Michalewicz5,Rastrigin4,DixonPrice6,Training';
const SEEDS = Number(values.seeds ?? (values.quick ? 3 : 16));
const BUDGET = Number(values.budget ?? (values.quick ? 50 : 100));
const PARALLEL = (values.parallel ?? '1,8').split(',').map(Number);
const names = values.functions ?? (values.quick ? QUICK_FUNCTIONS : undefined);
const functions = FUNCTIONS.filter(({ name }) => names === undefined || names.split(',').includes(name));

const chosen = chooseOptimizers(values.optimizers, values.quick === true);
// Random is what all regrets are measured against.
if (!chosen.some(({ name }) => name === 'random')) chosen.push(...chooseOptimizers('random', false));
const optimizers = await readyOptimizers(chosen, say);

const runs = [];
for (const testFunction of functions) {
  for (const { name, open } of optimizers) {
    const startedMs = performance.now();
    for (const parallel of PARALLEL) {
      for (let seed = 1; seed <= SEEDS; seed++) {
        const regrets = await study(open, testFunction, { seed, budget: BUDGET, parallel });
        for (const budget of [BUDGET / 2, BUDGET]) {
          const regret = regrets[Math.ceil(budget) - 1];
          const { group } = testFunction;
          runs.push({ optimizer: name, function: testFunction.name, group, seed, parallel, budget, regret });
        }
      }
    }
    say(`${testFunction.name}: ${name} took ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  }
}

for (const { close } of optimizers) await close();

const rows = [];
for (const group of groupBy(runs, ({ budget, parallel }) => `${budget} ${parallel}`).values()) {
  const [{ budget, parallel }] = group;
  for (const standing of standings(group)) rows.push({ ...standing, budget, parallel });
}
say('\nAll functions: mean rank, regret as a share of random search (geometric mean)\n');
printStandings(runs);
for (const [group, part] of groupBy(runs, (run) => run.group)) {
  say(`\nOnly the ${group} functions\n`);
  printStandings(part);
}
say('\nRegret by function, geometric mean over seeds\n');
printByFunction();
if (values.json) {
  const row = ({ optimizer, budget, parallel, meanRank, geomeanRegret }) => {
    return { optimizer, budget, parallel, meanRank: precise(meanRank), geomeanRegret: precise(geomeanRegret) };
  };
  process.stdout.write(`${JSON.stringify({ bench: 'search-quality', rows: rows.map(row) })}\n`);
}

function printStandings(part) {
  const columns = [...groupBy(part, ({ budget, parallel }) => `${budget} evaluations, ${parallel} parallel`)];
  const tables = columns.map(([title, group]) => ({
    title,
    byName: new Map(standings(group).map((s) => [s.optimizer, s])),
  }));
  say(`| optimiser | ${tables.map(({ title }) => title).join(' | ')} |`);
  say(`| --- |${' ---: |'.repeat(tables.length)}`);
  for (const { name } of optimizers) {
    const cells = tables.map(({ byName }) => {
      const { meanRank, geomeanRegret } = byName.get(name);
      return `${meanRank.toFixed(2)}, ${precise(geomeanRegret)}`;
    });
    say(`| ${name} | ${cells.join(' | ')} |`);
  }
}

function printByFunction() {
  const parallel = PARALLEL[0];
  const final = runs.filter((run) => run.parallel === parallel && run.budget === BUDGET);
  say(`| ${BUDGET} evaluations, ${parallel} parallel | ${optimizers.map(({ name }) => name).join(' | ')} |`);
  say(`| --- |${' ---: |'.repeat(optimizers.length)}`);
  for (const [name, group] of groupBy(final, (run) => run.function)) {
    const cells = optimizers.map((optimizer) => {
      const own = group.filter((run) => run.optimizer === optimizer.name);
      const logs = own.map(({ regret }) => Math.log(Math.max(1e-9, regret)));
      return precise(Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length));
    });
    say(`| ${name} | ${cells.join(' | ')} |`);
  }
}

function precise(value) {
  return Number(value.toPrecision(3));
}
