import { PYTHON_ENVIRONMENTS, ROOT } from './paths.mjs';
import { say } from './run.mjs';

/** Pinned Python packages of the built-in algorithms, and of the tests' clients. */
export const TEST_REQUIREMENTS = `${ROOT}test/clients/requirements.txt`;

/**
 * Makes (or finds) the Python environment of a requirements file.
 *
 * @returns {Promise<string>} path of its interpreter.
 */
export async function pythonEnvironment(requirementsFile) {
  const { ensurePythonEnvironment } = await import('@fleetune/algorithms');
  const { python } = await ensurePythonEnvironment({
    requirementsFile,
    cacheDirectory: PYTHON_ENVIRONMENTS,
    log: say,
  });
  return python;
}

/**
 * The environment of the SageMaker Python SDK v2.
 *
 * @returns {Promise<string | undefined>} its interpreter; undefined where the SDK's packages do not install.
 */
export async function sdkEnvironment() {
  const { ensureRequirementsEnvironment } = await import('@fleetune/algorithms');
  try {
    const { python } = await ensureRequirementsEnvironment({
      requirementsFile: `${ROOT}test/clients/sdk-v2.requirements.txt`,
      cacheDirectory: PYTHON_ENVIRONMENTS,
      log: say,
    });
    return python;
  } catch (error) {
    say(`The SageMaker Python SDK does not install here; its suite is skipped. ${error.message}`);
    return undefined;
  }
}

/** The environment of the built-in XGBoost, which the demo's data are prepared in as well. */
export async function algorithmEnvironment() {
  const { builtinRequirementsFile } = await import('@fleetune/algorithms');
  return pythonEnvironment(builtinRequirementsFile('xgboost'));
}
