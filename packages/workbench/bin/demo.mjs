import { parseArgs } from 'node:util';
import { build } from '../src/build.mjs';
import { prepareDigits } from '../src/demo/digits.mjs';
import { runDemo } from '../src/demo/run-demo.mjs';
import { install } from '../src/install.mjs';
import { say } from '../src/run.mjs';
import { installServices } from '../src/services.mjs';

const USAGE = `npm run demo [-- --jobs N --parallel N --seed N]

Tunes XGBoost on handwritten digits, on this machine alone: installs and builds what is missing, starts a server and an
agent in .fleetune/demo, runs the tuning job, shows the best, and stops everything. Standard output gets one line of
JSON; the exit code is 0 when the tuning job completed.

  --jobs N       training jobs (default 50)
  --parallel N   training jobs at once (default 3)
  --seed N       seed of the search (default 1)`;

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '50' },
    parallel: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', short: 'h' },
  },
});
if (values.help) {
  say(USAGE);
  process.exit(0);
}
for (const [name, least] of Object.entries({ jobs: 1, parallel: 1, seed: 0 })) {
  if (/^\d+$/.test(values[name]) && Number(values[name]) >= least) continue;
  say(`--${name} must be a whole number of at least ${least}.\n\n${USAGE}`);
  process.exit(2);
}

try {
  await install();
  await build();
  await installServices(['bwrap']);
  const tuningFile = await prepareDigits();
  const result = await runDemo(tuningFile, values);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = result.status === 'Completed' ? 0 : 1;
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
