import { dirname, join } from 'node:path';
import { PYTHON_ENVIRONMENTS, ROOT } from './paths.mjs';
import { pythonEnvironment, TEST_REQUIREMENTS } from './python.mjs';
import { say } from './run.mjs';

/** Clients that bring packages of their machine's kind, so that versions are pinned and not the bytes. */
const CLIENTS = [
  { client: 'AWS CLI', requirements: 'aws-cli', variable: 'FLEETUNE_TEST_AWS_CLI', program: 'aws' },
  { client: 'SageMaker Python SDK v2', requirements: 'sdk-v2', variable: 'FLEETUNE_TEST_SDK_V2_PYTHON' },
  { client: 'SageMaker Python SDK v3', requirements: 'sdk-v3', variable: 'FLEETUNE_TEST_SDK_V3_PYTHON' },
];

/**
 * Makes (or finds) the Python environments of the clients that tests drive Fleetune with.
 *
 * @returns {Promise<Record<string, string>>} the variables that tests find them by. A client that does not install
 *   here has none, and its suite says so.
 */
export async function clientEnvironments() {
  const { ensureRequirementsEnvironment } = await import('@fleetune/algorithms');
  const variables = { FLEETUNE_TEST_PYTHON: await pythonEnvironment(TEST_REQUIREMENTS) };
  for (const { client, requirements, variable, program } of CLIENTS) {
    const requirementsFile = `${ROOT}test/clients/${requirements}.requirements.txt`;
    try {
      const made = { requirementsFile, cacheDirectory: PYTHON_ENVIRONMENTS, log: say };
      const { python } = await ensureRequirementsEnvironment(made);
      variables[variable] = program === undefined ? python : join(dirname(python), program);
    } catch (error) {
      say(`The ${client} does not install here; its suite is skipped. ${error.message}`);
    }
  }
  return variables;
}
