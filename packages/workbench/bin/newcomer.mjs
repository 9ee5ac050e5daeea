import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { newcomerPath } from '../src/newcomer/newcomer-path.mjs';
import { ROOT } from '../src/paths.mjs';
import { say } from '../src/run.mjs';

const USAGE = `npm run newcomer [-- --runs N --from REPOSITORY]

Times the way of somebody new: clones what is committed into an empty folder, with an empty home (so without the caches
of npm and pip), runs the README's first command, and stops the clock at the first plot of a finished tuning job. What a
machine brings stays as it is: Node, Python, and where packages come from. Standard output gets one line of JSON.

  --runs N            how often; the median counts (default 1)
  --from REPOSITORY   what is cloned (default this checkout)`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1' },
    from: { type: 'string', default: ROOT },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  say(USAGE);
  process.exit(0);
}
const runs = [];
for (let number = 0; number < Number(values.runs); number += 1) {
  const loadBefore = loadavg()[0];
  const run = await newcomerPath(values.from);
  runs.push({ ...run, loadBefore, loadAfter: loadavg()[0] });
  say(`${number + 1}: ${JSON.stringify(runs.at(-1))}`);
}
const sorted = runs.map(({ firstPlotSeconds }) => firstPlotSeconds).sort((a, b) => a - b);
const median = sorted[Math.floor(sorted.length / 2)];
process.stdout.write(`${JSON.stringify({ firstPlotSeconds: median, cpus: cpus().length, runs })}\n`);
