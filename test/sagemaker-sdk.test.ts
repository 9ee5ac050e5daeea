import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fleet } from './fleet/fleet.js';

const JOBS = 4;
const SCRIPT = fileURLToPath(new URL('./clients/sagemaker_sdk_v2.py', import.meta.url));
const DIGITS = fileURLToPath(new URL('../examples/digits/', import.meta.url));
const SDK_PYTHON = process.env.FLEETUNE_TEST_SDK_V2_PYTHON;

describe('the SageMaker Python SDK v2', () => {
  const fleet = new Fleet('postgres', 2);

  beforeAll(async () => {
    if (SDK_PYTHON !== undefined) await fleet.start();
  });
  afterAll(() => fleet.stop());

  it('trains with streamed logs, tunes, and finds the best model, with only the endpoint changed', async (context) => {
    if (SDK_PYTHON === undefined) {
      context.skip(
        'FLEETUNE_TEST_SDK_V2_PYTHON is not set: the SDK’s packages need Python 3.11 or newer and "npm test".',
      );
      return;
    }
    const run = promisify(execFile);
    const data = `${fleet.folder}/digits`;
    await run(process.env.FLEETUNE_TEST_ALGORITHM_PYTHON ?? 'python3', [`${DIGITS}prepare.py`, '--output', data]);
    const { url, accessKeyId, secretAccessKey } = fleet.endpoint;
    const { stdout } = await run(SDK_PYTHON, [SCRIPT, data, String(JOBS)], {
      maxBuffer: 64 * 1024 * 1024,
      env: {
        PATH: process.env.PATH,
        HOME: fleet.folder,
        AWS_ENDPOINT_URL: url,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
    });
    const seen = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    expect(seen.trainingMetrics).toEqual(['train:accuracy', 'validation:accuracy']);
    expect(seen).toMatchObject({ status: 'Completed', rows: JOBS });
    expect(seen.columns).toEqual(expect.arrayContaining(['FinalObjectiveValue', 'alpha', 'eta', 'max_depth']));
    expect(seen.bestValue).toBeGreaterThan(0.8);
    expect(seen.bestEstimatorModel).toBe(`s3://digits-sdk/digits/output/${seen.best}/output/model.tar.gz`);
    // The log that fit() streamed: the program's own lines, and the seconds at the end.
    expect(stdout).toContain('validation-accuracy');
    expect(stdout).toMatch(/Billable seconds: \d+/);
  });
});
