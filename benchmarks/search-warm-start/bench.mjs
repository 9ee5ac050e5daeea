import { parseArgs } from 'node:util';
import { createStrategy } from '@fleetune/search';
import { median } from '../harness/statistics.mjs';
import { FUNCTIONS } from '../search-quality/functions.mjs';
import { identicalParent, relatedParents, unrelatedParents } from './parents.mjs';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, seeds: { type: 'string' } },
});
const say = (text) => process.stderr.write(`${text}\n`);

const SEEDS = Number(values.seeds ?? (values.quick ? 5 : 20));
const SHORT = 20;
const LONG = 50;
const names = values.quick
  ? ['Branin', 'Levy4', 'Training']
  : ['Branin', 'Hartmann6', 'Levy4', 'Rosenbrock4', 'Mixed', 'Training'];
const COLUMNS = ['cold', 'related', 'unrelated', 'identical'];

const rows = [];
say(
  `| median regret | cold, ${SHORT} jobs | cold, ${LONG} | related, ${SHORT} | related, ${LONG} | related jobs for cold ${LONG} | unrelated, ${LONG} | loss of range | identical, ${SHORT} |`,
);
say('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const testFunction of FUNCTIONS.filter(({ name }) => names.includes(name))) say(rowOf(testFunction));
if (values.json) process.stdout.write(`${JSON.stringify({ bench: 'search-warm-start', rows })}\n`);

function rowOf(testFunction) {
  const paths = Object.fromEntries(COLUMNS.map((column) => [column, []]));
  for (let seed = 1; seed <= SEEDS; seed++) {
    const search = (warm) => regrets(testFunction, seed, warm);
    paths.cold.push(search({}));
    paths.related.push(search({ priors: relatedParents(testFunction, seed) }));
    paths.unrelated.push(search({ priors: unrelatedParents(testFunction, seed) }));
    paths.identical.push(
      search({ priors: identicalParent(testFunction, seed), warmStart: 'IdenticalDataAndAlgorithm' }),
    );
  }
  const after = (column, jobs) => median(paths[column].map((path) => path[jobs - 1]));
  const coldLong = after('cold', LONG);
  const reached = Array.from({ length: LONG }, (_, i) => i + 1).find((jobs) => after('related', jobs) <= coldLong);
  const loss = (after('unrelated', LONG) - coldLong) / spreadOf(testFunction);
  rows.push({
    function: testFunction.name,
    coldShort: precise(after('cold', SHORT)),
    coldLong: precise(coldLong),
    relatedShort: precise(after('related', SHORT)),
    relatedLong: precise(after('related', LONG)),
    relatedJobsForColdLong: reached ?? null,
    unrelatedLong: precise(after('unrelated', LONG)),
    unrelatedLossShare: precise(loss),
    identicalShort: precise(after('identical', SHORT)),
  });
  const { function: name, relatedJobsForColdLong, unrelatedLossShare, ...row } = rows.at(-1);
  const cells = [
    row.coldShort,
    row.coldLong,
    row.relatedShort,
    row.relatedLong,
    relatedJobsForColdLong ?? `over ${LONG}`,
  ];
  return `| ${name} | ${[...cells, row.unrelatedLong, `${(100 * unrelatedLossShare).toFixed(1)} %`, row.identicalShort].join(' | ')} |`;
}

/** How far the function reaches above its minimum, as a thousand random points see it. */
function spreadOf({ ranges, evaluate, minimum }) {
  const strategy = createStrategy({ strategy: 'Random', seed: 1, objectiveType: 'Minimize', spaces: [ranges] });
  const { suggestions } = strategy.ask(1_000);
  return Math.max(...suggestions.map(({ configuration }) => evaluate(configuration))) - minimum;
}

/** Regret of the best so far after each job, one by one. */
function regrets({ ranges, evaluate, minimum }, seed, warm) {
  const strategy = createStrategy({ strategy: 'Bayesian', seed, objectiveType: 'Minimize', spaces: [ranges], ...warm });
  let best = Number.POSITIVE_INFINITY;
  return Array.from({ length: LONG }, () => {
    const [{ index, configuration }] = strategy.ask(1).suggestions;
    const objective = evaluate(configuration);
    strategy.tell(index, { kind: 'Completed', objective });
    best = Math.min(best, objective - minimum);
    return best;
  });
}

function precise(value) {
  return Number(value.toPrecision(2));
}
