import { parseArgs } from 'node:util';
import { build } from '../src/build.mjs';
import { install } from '../src/install.mjs';
import { say } from '../src/run.mjs';
import { vitest } from '../src/vitest.mjs';

const USAGE = `npm run fuzz [-- --runs N]

Sends N generated requests (default 2000), right and wrong ones, to each operation of the SageMaker API, and N that are
hardly HTTP. They are new ones each time; what failed is printed with the seed that makes it again. "npm test" sends 100 to
each, the same each time.`;

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '2000' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help || !/^[1-9]\d*$/.test(values.runs)) {
  say(USAGE);
  process.exit(values.help ? 0 : 2);
}
await install();
await build();
const { passed, failed } = await vitest('unit', ['packages/sagemaker/src/fuzz'], { FLEETUNE_FUZZ_RUNS: values.runs });
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
