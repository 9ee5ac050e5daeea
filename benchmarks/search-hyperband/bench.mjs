import { parseArgs } from 'node:util';
import { hyperbandRule } from '@fleetune/search';
import { median } from '../harness/statistics.mjs';
import { uniforms } from '../search-quality/noise.mjs';
import { readCurveSets, syntheticCurves } from './curves.mjs';

const { values } = parseArgs({ options: { json: { type: 'boolean' }, quick: { type: 'boolean' } } });
const say = (text) => process.stderr.write(`${text}\n`);

const REPETITIONS = values.quick ? 100 : 400;
const EPOCHS = 81;
const FULL_TRAININGS = 100;
const FULL_COST = FULL_TRAININGS * EPOCHS;
/** Hyperband may spend so much of the epochs of the full trainings. */
const SHARE = 1 / 8;
/** Where it is shown how well early values foretell the last one. */
const EARLY_EPOCHS = [1, 3, 9, 27];

const sets = [
  ...readCurveSets(),
  syntheticCurves('synthetic, crossing a little', 0.2, uniforms(1), { count: 400, epochs: EPOCHS }),
  syntheticCurves('synthetic, crossing much', 0.5, uniforms(2), { count: 400, epochs: EPOCHS }),
];
const rows = [];
say('| curves | random | Hyperband, 1 at a time | 8 at a time | as good after | 8 at a time | rank correlations |');
say('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const set of sets) say(rowOf(set));
if (values.json) process.stdout.write(`${JSON.stringify({ bench: 'search-hyperband', rows })}\n`);

function rowOf({ name, objectiveType, curves }) {
  const sign = objectiveType === 'Maximize' ? -1 : 1;
  const orders = Array.from({ length: REPETITIONS }, (_, seed) => shuffled(curves, uniforms(1000 + seed)));
  const lastCost = (curve) => sign * curve.at(-1);
  const random = median(orders.map((order) => Math.min(...order.slice(0, FULL_TRAININGS).map(lastCost))));
  const results = [1, 8].map((parallel) => {
    const paths = orders.map((order, seed) => hyperband(order.toReversed(), { objectiveType, sign, seed, parallel }));
    const after = (epochs) => median(paths.map((path) => path[epochs - 1]));
    const reached = paths[0].findIndex((_, i) => after(i + 1) <= random);
    const shareToReach = reached < 0 ? null : (reached + 1) / FULL_COST;
    return { parallel, best: rounded(sign * after(Math.floor(SHARE * FULL_COST))), shareToReach };
  });
  const correlations = EARLY_EPOCHS.map((epoch) =>
    rankCorrelation(
      curves.map((curve) => sign * curve[epoch - 1]),
      curves.map(lastCost),
    ),
  );
  for (const result of results) rows.push({ curves: name, random: rounded(sign * random), ...result, correlations });
  const cells = [
    ...results.map(({ best }) => best),
    ...results.map(({ shareToReach }) => (shareToReach === null ? 'never' : `1/${(1 / shareToReach).toFixed(1)}`)),
  ];
  return `| ${name} | ${rounded(sign * random)} | ${cells.join(' | ')} | ${correlations.join(', ')} |`;
}

/** The best cost after each epoch spent, up to half of what full trainings take, were everything stopped then. */
function hyperband(curves, { objectiveType, sign, seed, parallel }) {
  const rule = hyperbandRule({ minResource: 1, maxResource: EPOCHS, seed, objectiveType });
  const path = new Float64Array(FULL_COST / 2);
  let next = 0;
  let best = Number.POSITIVE_INFINITY;
  const start = () => ({
    index: next,
    curve: curves[next++ % curves.length],
    epoch: 0,
    cost: Number.POSITIVE_INFINITY,
  });
  const live = Array.from({ length: parallel }, start);
  for (let spent = 0; spent < path.length; spent++) {
    const place = spent % parallel;
    const job = live[place];
    const value = job.curve[job.epoch++];
    job.cost = sign * value;
    if (rule.record(job.index, job.epoch, value) !== 'Continue') {
      rule.ended(job.index);
      best = Math.min(best, job.cost);
      live[place] = start();
    }
    path[spent] = live.reduce((least, { cost }) => Math.min(least, cost), best);
  }
  return path;
}

/** Spearman's. */
function rankCorrelation(a, b) {
  const [ranksA, ranksB] = [ranksOf(a), ranksOf(b)];
  const squares = ranksA.reduce((sum, rank, i) => sum + (rank - ranksB[i]) ** 2, 0);
  return Number((1 - (6 * squares) / (a.length * (a.length ** 2 - 1))).toFixed(2));
}

function ranksOf(values) {
  const order = Array.from(values.keys()).sort((i, j) => values[i] - values[j]);
  const ranks = [];
  order.forEach((position, rank) => {
    ranks[position] = rank;
  });
  return ranks;
}

function shuffled(items, uniform) {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor((i + 1) * uniform());
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

function rounded(value) {
  return Number(value.toPrecision(4));
}
