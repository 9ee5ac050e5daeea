import { say } from '../run.mjs';
import { plant, requirePlaces } from './mutated-scheduler.mjs';
import { PLANTED_BUGS } from './planted-bugs.mjs';
import { runSeeds } from './seed-pool.mjs';

/** Counts the seeds that find each planted bug, as a table in Markdown. @returns how many bugs no seed found. */
export async function simulatePlantedBugs({ seeds, filter = '', threads }) {
  requirePlaces(PLANTED_BUGS);
  const rows = [];
  for (const [number, bug] of PLANTED_BUGS.entries()) {
    if (!bug.name.includes(filter)) continue;
    const row = { name: bug.name, file: bug.file, ...(await countFinders(plant(bug, number), seeds, threads)) };
    say(`${row.name}: found by ${row.found} of ${seeds.length} seeds${row.first ? `, first by ${row.first}` : ''}`);
    rows.push(row);
  }
  process.stdout.write(`${table(rows, seeds.length)}\n`);
  return rows.filter((row) => row.found === 0).length;
}

async function countFinders(folder, seeds, threads) {
  const rules = new Map();
  let found = 0;
  let first;
  await runSeeds({
    simulator: `file://${folder}/simulator/index.js`,
    seeds,
    threads,
    onReport: ({ seed, violation }) => {
      if (violation === undefined) return;
      found += 1;
      first = Math.min(seed, first ?? seed);
      rules.set(violation.rule, (rules.get(violation.rule) ?? 0) + 1);
    },
  });
  const byCount = [...rules].sort((one, other) => other[1] - one[1]).map(([rule]) => rule);
  return { found, first, rules: byCount };
}

function table(rows, count) {
  const lines = rows.map(
    ({ name, file, found, first, rules }) => `| ${name} | ${file} | ${found} | ${first ?? ''} | ${rules.join(', ')} |`,
  );
  const head = `| planted bug | in | seeds of ${count} that find it | first seed | rules broken |`;
  return [head, '| --- | --- | --- | --- | --- |', ...lines].join('\n');
}
