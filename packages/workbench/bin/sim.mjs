import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { must, say } from '../src/run.mjs';
import { simulateSeeds } from '../src/simulation/many-seeds.mjs';
import { simulateSeed } from '../src/simulation/one-seed.mjs';
import { simulatePlantedBugs } from '../src/simulation/planted-bug-table.mjs';

const USAGE = `npm run sim -- [--seeds N] [--from N]       simulates seeds; shrinks and shows the first that breaks a rule
npm run sim -- --seed N [--faults 0,3] [--agents N] [--trace]
                                            one seed again, or a part of its faults and agents; --trace shows all of it
npm run sim -- --planted [--bug TEXT] [--seeds N]
                                            plants known bugs in copies of the scheduler and counts the seeds that
                                            find each; the table goes to standard output
Seeds count from 1. --json prints one line for programs.`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    faults: { type: 'string' },
    agents: { type: 'string' },
    trace: { type: 'boolean', default: false },
    planted: { type: 'boolean', default: false },
    bug: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  say(USAGE);
  process.exit(0);
}

const threads = availableParallelism();
const seeds = (count) => Array.from({ length: count }, (_, index) => Number(values.from) + index);
await must(['npx', 'turbo', 'run', 'build', '--filter=@fleetune/scheduler', '--output-logs=errors-only'], {
  quiet: true,
});
if (values.planted) {
  const unseen = await simulatePlantedBugs({ seeds: seeds(Number(values.seeds ?? 500)), filter: values.bug, threads });
  process.exitCode = unseen === 0 ? 0 : 1;
} else if (values.seed !== undefined) {
  const faults = values.faults?.split(',').filter(Boolean).map(Number);
  const parts = { ...(faults ? { faults } : {}), ...(values.agents ? { agents: Number(values.agents) } : {}) };
  const isSound = await simulateSeed(Number(values.seed), parts, values.trace);
  process.exitCode = isSound ? 0 : 1;
} else {
  const isSound = await simulateSeeds({ seeds: seeds(Number(values.seeds ?? 200)), threads, json: values.json });
  process.exitCode = isSound ? 0 : 1;
}
