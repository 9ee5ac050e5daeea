import { parseArgs } from 'node:util';
import { summary } from '../harness/statistics.mjs';
import { chooseOptimizers, readyOptimizers } from '../search-quality/optimizers.mjs';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, optimizers: { type: 'string' } },
});
const say = (text) => process.stderr.write(`${text}\n`);

const SIZES = [
  { n: 10, d: 5 },
  { n: 100, d: 10 },
  { n: 1_000, d: 20 },
  { n: 10_000, d: 20 },
];
/** Each round restores the history afresh, so that its first suggestion is a cold one. */
const ROUNDS = values.quick ? 3 : 8;
const SUGGESTIONS = values.quick ? 10 : 25;
/** Past this slow optimisers take minutes a suggestion; up to it they get one round of a few. */
const LARGEST_SLOW = 100;
const SLOW_SUGGESTIONS = 5;

const optimizers = await readyOptimizers(chooseOptimizers(values.optimizers, true), say);
/** Their square roots have no common multiple. */
const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71];

const rows = [];
say('| optimiser | n | d | p50 ms | p99 ms | first after restore, p50 ms | processor time, p50 ms |');
say('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
for (const { name, isSlow, open, close } of optimizers) {
  for (const { n, d } of SIZES.filter((size) => !isSlow || size.n <= LARGEST_SLOW)) {
    const { all, first, cpu } = await measure(open, n, d, isSlow ? [1, SLOW_SUGGESTIONS] : [ROUNDS, SUGGESTIONS]);
    const { p50, p99 } = summary(all);
    const cpuP50 = summary(cpu).p50;
    rows.push({ optimizer: name, n, d, p50Ms: p50, p99Ms: p99, cpuP50Ms: cpuP50 });
    say(`| ${name} | ${n} | ${d} | ${p50} | ${p99} | ${summary(first).p50} | ${cpuP50} |`);
  }
  await close();
}
if (values.json) process.stdout.write(`${JSON.stringify({ bench: 'search-latency', rows })}\n`);

/**
 * Milliseconds of every suggestion, each given one more outcome than the one before, and of the first of each round; and
 * milliseconds of processor time, which other programs on the machine do not change.
 */
async function measure(open, n, d, [rounds, suggestions]) {
  const ranges = Array.from({ length: d }, (_, k) => {
    return { kind: 'continuous', name: `x${k}`, min: 0, max: 1, scaling: 'Linear' };
  });
  const history = randomHistory(ranges, n);
  const all = [];
  const first = [];
  const cpu = [];
  for (let seed = 1; seed <= rounds; seed++) {
    const optimizer = await open({ ranges, seed });
    await optimizer.restore(history);
    for (let i = 0; i < suggestions; i++) {
      const { trials, milliseconds, cpuMilliseconds } = await optimizer.ask(1);
      all.push(milliseconds);
      cpu.push(cpuMilliseconds);
      if (i === 0) first.push(milliseconds);
      for (const { index, configuration } of trials) await optimizer.tell(index, objectiveOf(configuration));
    }
  }
  return { all, first, cpu };
}

function randomHistory(ranges, n) {
  // Every optimiser gets the same history; a golden-ratio sequence per coordinate needs no generator.
  return Array.from({ length: n }, (_, i) => {
    const configuration = Object.fromEntries(ranges.map(({ name }, k) => [name, ((i + 1) * Math.sqrt(PRIMES[k])) % 1]));
    return { configuration, value: objectiveOf(configuration) };
  });
}

/** A bowl with waves along its first coordinate. */
function objectiveOf(configuration) {
  return Object.values(configuration).reduce(
    (sum, value, k) => sum + (1 + (k % 3)) * (value - 0.3 - 0.02 * k) ** 2,
    Math.sin(9 * configuration.x0),
  );
}
