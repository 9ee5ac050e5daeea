import { parseArgs } from 'node:util';
import { build } from '../src/build.mjs';
import { clientEnvironments } from '../src/client-environments.mjs';
import { install } from '../src/install.mjs';
import { lint } from '../src/lint.mjs';
import { PYTHON_ENVIRONMENTS } from '../src/paths.mjs';
import { algorithmEnvironment, FRAMEWORK_REQUIREMENTS, pythonEnvironment, TEST_REQUIREMENTS } from '../src/python.mjs';
import { say } from '../src/run.mjs';
import { installServices } from '../src/services.mjs';
import { unittest } from '../src/unittest.mjs';
import { vitest } from '../src/vitest.mjs';

const USAGE = `npm test [-- [--only SUITE ...] [FILTER ...]]

Installs what is missing, builds, and runs every suite, or only those named:
  lint     formatting, floors, unused code, types of tests, protocol
  unit     tests beside the sources
  system   tests of the whole: real servers, agents, clients
  python   tests of the Python packages
FILTER is handed to vitest: a part of a test file's path.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', multiple: true }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) {
  say(USAGE);
  process.exit(0);
}
const suites = values.only ?? ['lint', 'unit', 'system', 'python'];
const unknown = suites.filter((suite) => !['lint', 'unit', 'system', 'python'].includes(suite));
if (unknown.length > 0) {
  say(`There is no suite "${unknown[0]}".\n\n${USAGE}`);
  process.exit(2);
}

await install();
await build();
const totals = { passed: 0, failed: 0, skipped: 0 };
const add = (counts) => {
  for (const kind of Object.keys(totals)) totals[kind] += counts[kind];
};
if (suites.includes('lint')) add(await lint());
if (suites.some((suite) => suite !== 'lint')) {
  await installServices();
  const python = await algorithmEnvironment();
  const env = {
    FLEETUNE_PYTHON_ENVIRONMENTS: PYTHON_ENVIRONMENTS,
    FLEETUNE_TEST_ALGORITHM_PYTHON: python,
    ...(suites.includes('system')
      ? await clientEnvironments()
      : { FLEETUNE_TEST_PYTHON: await pythonEnvironment(TEST_REQUIREMENTS) }),
  };
  if (suites.includes('unit')) add(await vitest('unit', positionals, env));
  if (suites.includes('system')) add(await vitest('system', positionals, env));
  if (suites.includes('python')) {
    const frameworks = await pythonEnvironment(FRAMEWORK_REQUIREMENTS);
    add(unittest(frameworks, 'packages/python/tests', ['packages/python/src']));
    const { builtinNames } = await import('@fleetune/algorithms');
    for (const trainer of builtinNames()) {
      const folder = `packages/algorithms/trainers/${trainer}`;
      add(unittest(python, folder, [folder, 'packages/algorithms/trainers/contract']));
    }
  }
}
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exitCode = totals.failed === 0 ? 0 : 1;
