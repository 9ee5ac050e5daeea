import { PYTHON_ENVIRONMENTS, ROOT } from './paths.mjs';
import { say } from './run.mjs';

/** Pinned Python packages of the built-in algorithms, and of the tests' clients. */
export const TEST_REQUIREMENTS = `${ROOT}test/clients/requirements.txt`;

/** Pinned frameworks that stand in for SageMaker's images; the `fleetune` package has callbacks for them. */
export const FRAMEWORK_REQUIREMENTS = `${ROOT}packages/algorithms/images/tabular.lock`;

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

/** The environment of the built-in XGBoost, which the demo's data are prepared in as well. */
export async function algorithmEnvironment() {
  const { builtinRequirementsFile } = await import('@fleetune/algorithms');
  return pythonEnvironment(builtinRequirementsFile('xgboost'));
}
