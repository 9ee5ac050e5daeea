import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { awsEnvironment } from './clients/environment.js';
import { Fleet } from './fleet/fleet.js';

const JOBS = 4;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SOURCES = here('./clients/sdk-source');
const SDK_V2 = process.env.FLEETUNE_TEST_SDK_V2_PYTHON;
const SDK_V3 = process.env.FLEETUNE_TEST_SDK_V3_PYTHON;
const run = promisify(execFile);
/** The SDKs ask how a job is doing every few seconds, and the first job of all waits for its frameworks. */
const PATIENCE = { timeout: 600_000 };

const fleet = new Fleet('postgres', 2);
const digits = `${fleet.folder}/digits`;

beforeAll(async () => {
  if (SDK_V2 === undefined && SDK_V3 === undefined) return;
  const python = process.env.FLEETUNE_TEST_ALGORITHM_PYTHON ?? 'python3';
  await run(python, [here('../examples/digits/prepare.py'), '--output', digits]);
  await fleet.start();
});
afterAll(() => fleet.stop());

/** Runs a client with only endpoint and credentials set. @returns what it printed, and the JSON of its last line. */
async function seenBy(python: string | undefined, script: string, args: readonly string[], context: TestContext) {
  if (python === undefined) {
    return context.skip('The SDK’s Python is not set: its packages need Python 3.11 or newer, and "npm test".');
  }
  const { stdout } = await run(python, [here(`./clients/${script}`), digits, ...args, String(JOBS)], {
    maxBuffer: 64 * 1024 * 1024,
    env: {
      ...{ PATH: process.env.PATH, HOME: fleet.folder, PYTHONPATH: here('../packages/python/src') },
      ...{ FLEETUNE_URL: fleet.endpoint.url, FLEETUNE_TOKEN: fleet.endpoint.token },
      ...awsEnvironment(fleet.endpoint),
    },
  });
  return { stdout, seen: JSON.parse(stdout.trim().split('\n').at(-1) ?? '') };
}

describe('the SageMaker Python SDK v2', () => {
  it(
    'trains with streamed logs, tunes, finds the best model, starts warm from it and stops, with only the endpoint changed',
    PATIENCE,
    async (context) => {
      const { stdout, seen } = await seenBy(SDK_V2, 'sagemaker_sdk_v2.py', [], context);
      expect(seen.trainingMetrics).toEqual(['train:accuracy', 'validation:accuracy']);
      expect(seen).toMatchObject({ status: 'Completed', rows: JOBS });
      expect(seen.columns).toEqual(expect.arrayContaining(['FinalObjectiveValue', 'alpha', 'eta', 'max_depth']));
      expect(seen.bestValue).toBeGreaterThan(0.8);
      expect(seen.bestEstimatorModel).toBe(`s3://digits-sdk/digits/output/${seen.best}/output/model.tar.gz`);
      expect(seen).toMatchObject({
        warmStart: {
          WarmStartType: 'IdenticalDataAndAlgorithm',
          ParentHyperParameterTuningJobs: [{ HyperParameterTuningJobName: seen.tuningJob }],
        },
        warmStatus: 'Completed',
        warmRows: 2,
      });
      expect(seen).toMatchObject({ stoppedStatus: 'Stopped', earlyStopping: 'Auto' });
      // The log that fit() streamed: the program's own lines, and the seconds at the end.
      expect(stdout).toContain('validation-accuracy');
      expect(stdout).toMatch(/Billable seconds: \d+/);
    },
  );

  it(
    'runs scripts in the environments of SageMaker’s images, and tunes two of them in one job',
    PATIENCE,
    async (context) => {
      const { stdout, seen } = await seenBy(SDK_V2, 'sagemaker_sdk_v2_scripts.py', [SOURCES], context);
      for (const { job, model, accuracy } of [seen.forest, seen.boosted]) {
        expect(model).toBe(`s3://digits-sdk-scripts/output/${job}/output/model.tar.gz`);
        expect(accuracy).toBeGreaterThan(0.6);
      }
      expect(stdout).toContain('note: digits & more');
      expect(stdout).toContain('entry point train.sh with 4 arguments');
      expect(seen).toMatchObject({ status: 'Completed', definitions: ['boosted', 'forest'] });
      expect(['SKLearn', 'XGBoost']).toContain(seen.bestEstimator);
      expect(seen.statuses).toEqual(Array.from({ length: JOBS }, () => 'Completed'));
      expect(seen.columns).toEqual(expect.arrayContaining(['max_depth', 'max_features', 'eta', 'booster']));
      expect(seen.bestModel).toBe(`s3://digits-sdk-scripts/output/${seen.best}/output/model.tar.gz`);

      // The package for scripts says the same by Fleetune's own API.
      const { seen: told } = await seenBy(SDK_V2, 'sdk_results.py', [], context);
      expect(told).toMatchObject({
        tuningJob: { status: 'Completed', metric: 'validation:accuracy', best: seen.best, bestValue: seen.bestValue },
        rows: JOBS,
        best: seen.best,
        bestValue: seen.bestValue,
        point: ['validation:accuracy', seen.bestValue],
        refusal: 'There is no training job named "nowhere".',
        silence: expect.stringContaining('No Fleetune server answers at http://127.0.0.1:9'),
      });
      expect(told.columns).toEqual(expect.arrayContaining(['definition', 'objective', 'max_depth', 'eta', 'booster']));
      expect(told.seconds).toBeGreaterThan(0);
    },
  );
});

describe('the SageMaker Python SDK v3', () => {
  it('trains from source code by the SDK’s own drivers in /opt/ml, and tunes', PATIENCE, async (context) => {
    const { stdout, seen } = await seenBy(SDK_V3, 'sagemaker_sdk_v3.py', [SOURCES], context);
    expect(seen).toMatchObject({ trainingJobStatus: 'Completed', tuningJobStatus: 'Completed', completed: JOBS });
    expect(seen.model).toMatch(/^s3:\/\/digits-sdk-v3\/output\/digits-\d+\/output\/model\.tar\.gz$/);
    expect(Object.keys(seen.tuned).sort()).toEqual(['max_depth', 'max_features']);
    expect(seen.bestValue).toBeGreaterThan(0.6);
    // What the drivers and the script printed.
    expect(stdout).toContain('Running Basic Script driver');
    expect(stdout).toContain('note: digits & more');
    expect(stdout).toMatch(/validation accuracy: 0\.\d+/);
  });
});
