import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { ensureImageEnvironment, UnknownImageError } from './image-environment.js';
import { type ImageMap, readImageMap } from './image-map.js';
import { ENVIRONMENT_TIMEOUT_MS, environmentsFolder } from './python-environments.fixture.js';

const run = promisify(execFile);

const ensure = (image: string, map: ImageMap, cacheDirectory = environmentsFolder()) =>
  ensureImageEnvironment({ image, map, cacheDirectory, python: 'python3', log: () => {} });

it('stands in for SageMaker’s scikit-learn and XGBoost images with one environment', {
  timeout: ENVIRONMENT_TIMEOUT_MS,
}, async () => {
  const map = await readImageMap();
  const registry = '683313688378.dkr.ecr.us-east-1.amazonaws.com';
  const { python } = await ensure(`${registry}/sagemaker-scikit-learn:1.2-1-cpu-py3`, map);
  expect((await ensure(`${registry}/sagemaker-xgboost:1.7-1`, map)).python).toBe(python);
  const program = 'import lightgbm, pandas, sklearn, xgboost, pip; print(sklearn.__version__, xgboost.__version__)';
  expect((await run(python, ['-I', '-c', program])).stdout.trim()).toBe('1.7.2 3.2.0');
});

it('makes the environment of a user’s own entry, and refuses an image without one', {
  timeout: ENVIRONMENT_TIMEOUT_MS,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fleetune-images-'));
  const file = join(folder, 'images.json');
  await writeFile(file, '{"images": [{"match": "mine", "requirements": "mine.txt"}]}');
  await writeFile(join(folder, 'mine.txt'), '# nothing\n');
  const map = await readImageMap(file);
  const { python } = await ensure('mine:2', map, join(folder, 'environments'));
  expect((await run(python, ['-m', 'pip', '--version'])).stdout).toContain(folder);

  const failure = await ensure('other:1', map).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UnknownImageError);
  expect(String(failure)).toContain('image other:1');
  expect(String(failure)).toContain(file);
  await expect(ensure('other:1', await readImageMap())).rejects.toThrow(/--images.*"match": "other:1"/);
});
