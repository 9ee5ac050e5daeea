import { parseArgs } from 'node:util';
import { build } from '../src/build.mjs';
import { clientEnvironments } from '../src/client-environments.mjs';
import { install } from '../src/install.mjs';
import { PYTHON_ENVIRONMENTS } from '../src/paths.mjs';
import { algorithmEnvironment } from '../src/python.mjs';
import { say } from '../src/run.mjs';
import { installServices } from '../src/services.mjs';
import { vitest } from '../src/vitest.mjs';

const USAGE = `npm run e2e:clients [-- FILTER ...]

Drives Fleetune through clients that know nothing of it, with real agents and real trainings: boto3, the AWS CLI, the
AWS SDK for JavaScript, the SageMaker Python SDKs. Installs what is missing, builds, and ends with a table.
FILTER takes the place of all suites: a part of a test file's path, such as test/aws-cli.`;

/** Where the suites are. */
const SUITES = ['test/boto3', 'test/aws-cli', 'test/aws-sdk', 'test/sagemaker-clients', 'test/sagemaker-sdk'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
});
if (values.help) {
  say(USAGE);
  process.exit(0);
}

await install();
await build();
await installServices();
const { suites, failed } = await vitest('system', positionals.length > 0 ? positionals : SUITES, {
  FLEETUNE_PYTHON_ENVIRONMENTS: PYTHON_ENVIRONMENTS,
  FLEETUNE_TEST_ALGORITHM_PYTHON: await algorithmEnvironment(),
  ...(await clientEnvironments()),
});
process.stdout.write(table(suites));
process.exitCode = failed === 0 ? 0 : 1;

function table(rows) {
  const header = ['client', 'tests', 'passed', 'failed', 'skipped'];
  const cells = rows.map(({ title, passed, failed, skipped }) => [
    title,
    ...[passed + failed + skipped, passed, failed, skipped].map(String),
  ]);
  const widths = header.map((_name, column) => Math.max(...[header, ...cells].map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ');
  return `\n${[header, ...cells].map(line).join('\n')}\n`;
}
