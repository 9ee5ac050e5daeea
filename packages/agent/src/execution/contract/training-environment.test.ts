import { expect, test } from 'vitest';
import { channel, makeOrder, python } from '../execution.fixture.js';
import { trainingPaths } from './attempt-folder.js';
import { trainingConfig } from './config-files.js';
import { trainingEnvironment } from './training-environment.js';

function environmentFor(overrides: Parameters<typeof makeOrder>[1]) {
  const order = makeOrder(python('pass'), overrides);
  const host = { cpuCount: 3, gpuUuids: ['GPU-a', 'GPU-b'], pythonPath: ['/opt/fleetune'] };
  const environment = { PATH: '/bin', AWS_SECRET: 'x' };
  return trainingEnvironment(order, trainingConfig(order), trainingPaths('/opt/ml'), { ...host, environment });
}

test('tells the program what SageMaker tells it', () => {
  const variables = environmentFor({
    channels: [channel('train-data', 's3://bucket/train')],
    hyperparameters: { depth: '6', sagemaker_program: 'train.py', _tuning_objective_metric: 'auc' },
  });
  expect(variables).toMatchObject({
    PATH: '/bin',
    TRAINING_JOB_NAME: 'digits-001',
    SM_CHANNELS: '["train-data"]',
    SM_CHANNEL_TRAIN_DATA: '/opt/ml/input/data/train-data',
    SM_MODEL_DIR: '/opt/ml/model',
    SM_NUM_CPUS: '3',
    SM_NUM_GPUS: '2',
    CUDA_VISIBLE_DEVICES: 'GPU-a,GPU-b',
    SM_HPS: '{"depth":6}',
    SM_HP_DEPTH: '6',
    SM_USER_ARGS: '["--depth","6"]',
    SM_HOSTS: '["algo-1"]',
  });
  expect(variables).not.toHaveProperty('AWS_SECRET');
  expect(JSON.parse(variables.SM_TRAINING_ENV ?? '')).toMatchObject({ hyperparameters: { depth: 6 }, num_gpus: 2 });
});

test('describes script mode as the toolkit does', () => {
  const variables = environmentFor({
    hyperparameters: {
      sagemaker_program: '"src/train.py"',
      sagemaker_submit_directory: '"s3://code/sourcedir.tar.gz"',
      sagemaker_container_log_level: '10',
      sagemaker_region: '"eu-west-1"',
      sagemaker_mpi_enabled: 'false',
      shuffle: 'true',
      note: 'null',
    },
  });
  expect(variables).toMatchObject({
    SM_USER_ENTRY_POINT: 'src/train.py',
    SM_MODULE_NAME: 'src/train',
    SM_MODULE_DIR: 's3://code/sourcedir.tar.gz',
    SM_LOG_LEVEL: '10',
    SM_FRAMEWORK_PARAMS: '{"sagemaker_mpi_enabled":false}',
    SM_HP_SHUFFLE: 'true',
    SM_HP_NOTE: '',
    SAGEMAKER_REGION: 'eu-west-1',
    PYTHONPATH: '/opt/ml/code:/opt/fleetune',
  });
  expect(JSON.parse(variables.SM_TRAINING_ENV ?? '')).toMatchObject({
    user_entry_point: 'src/train.py',
    additional_framework_parameters: { sagemaker_mpi_enabled: false },
    log_level: 10,
  });
});

test('keeps the digits of numbers that JavaScript would round', () => {
  const { SM_HPS: text } = environmentFor({ hyperparameters: { seed: '12345678901234567890', rate: '0.10' } });
  expect(text).toBe('{"rate":0.10,"seed":12345678901234567890}');
});

test('leaves out what is too long to start a program with, and never what the job set', () => {
  const hyperparameters = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`h${n}`, 'x'.repeat(2500)]));
  const variables = environmentFor({ hyperparameters, environment: { SM_LOG_LEVEL: '10' } });
  expect(variables).not.toHaveProperty('SM_HPS');
  expect(variables.SM_HP_H0).toHaveLength(2500);
  expect(variables.SM_LOG_LEVEL).toBe('10');
});
