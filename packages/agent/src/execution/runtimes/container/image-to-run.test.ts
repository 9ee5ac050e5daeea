import type { Algorithm } from '@fleetune/protocol';
import { expect, test } from 'vitest';
import { command, makeExecutor, makeOrder, runAttempt } from '../../execution.fixture.js';
import type { ImageCatalogue } from '../../executor-options.js';
import { imageToRun } from './image-to-run.js';

const CATALOGUE: ImageCatalogue = {
  choice: (image) => (image === 'sklearn' ? 'environment' : image === 'own' ? 'container' : undefined),
  builtin: (image) => (image === 'xgboost' ? { name: 'xgboost', version: '1.7-1' } : undefined),
  environment: async () => ({ python: 'python3' }),
};

function image(name: string, entrypoint: string[] = []): Algorithm['kind'] {
  return {
    case: 'image',
    value: { $typeName: 'fleetune.agent.v1.ImageAlgorithm', image: name, entrypoint, arguments: [] },
  };
}

const chosen = (algorithm: Algorithm['kind'], hasEngine = true, hyperparameters = {}) =>
  imageToRun(makeOrder(algorithm, { hyperparameters }), CATALOGUE, hasEngine)?.image;

test('an image runs in a container when nothing stands in for it, or the image map says so', () => {
  expect(chosen(image('unknown'))).toBe('unknown');
  expect(chosen(image('own'))).toBe('own');
  expect(chosen(image('sklearn'))).toBeUndefined();
  expect(chosen(command('true'))).toBeUndefined();
  expect(chosen(image('unknown'), false)).toBeUndefined();
});

test('an image that is a built-in algorithm is that only when it is told nothing else', () => {
  expect(chosen(image('xgboost'))).toBeUndefined();
  expect(chosen(image('xgboost', ['python3']))).toBe('xgboost');
  expect(chosen(image('xgboost'), true, { sagemaker_program: 'train.py' })).toBe('xgboost');
});

test('without an engine a job is told which option would have helped', async () => {
  const reasonOf = async (name: string, images?: ImageCatalogue) => {
    const executor = makeExecutor(images === undefined ? {} : { images });
    const resources = { cpuMilli: 1000, memoryMib: 512, gpuMilli: 0 };
    const { result } = await runAttempt(executor, makeOrder(image(name)), { resources });
    return result.outcome.kind === 'ClientError' ? result.outcome.reason : result.outcome.kind;
  };
  expect(await reasonOf('own', CATALOGUE)).toContain('--container-engine');
  expect(await reasonOf('unknown')).toContain('--container-engine');
});
