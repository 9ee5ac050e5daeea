import { expect, test } from 'vitest';
import { startupVariables, variableAgainstForking } from './startup-variables.js';

test('a zygote is started with what is read once, but not with the threads of one job', () => {
  const environment = {
    ...{ PYTHONUNBUFFERED: '1', LANG: 'C.UTF-8', OMP_PROC_BIND: 'close' },
    ...{ OMP_NUM_THREADS: '8', SM_HP_RATE: '0.1' },
  };
  expect(startupVariables(environment)).toEqual({ PYTHONUNBUFFERED: '1', LANG: 'C.UTF-8', OMP_PROC_BIND: 'close' });
});

test('a relative search path, or another interpreter home, keeps a program from a zygote', () => {
  expect(variableAgainstForking({ PYTHONPATH: '/opt/ml/code:/opt/contract', PYTHONHASHSEED: '0' })).toBeUndefined();
  for (const path of ['code', '/opt/lib:lib', '']) {
    expect(variableAgainstForking({ PYTHONPATH: path })).toBe('PYTHONPATH');
  }
  expect(variableAgainstForking({ PYTHONHOME: '/elsewhere' })).toBe('PYTHONHOME');
});
