import { expect, test } from 'vitest';
import { makeExecutor, makeOrder, command as run, runAttempt } from '../../execution.fixture.js';
import { statistics } from './zygote.fixture.js';

/** An interpreter with the libraries of the built-in algorithms; the chores set it. */
const PYTHON = process.env.FLEETUNE_TEST_ALGORITHM_PYTHON;

/** Trains with OpenMP, which hangs where a parent has used it before a fork. */
const PROGRAM = `
import numpy, sklearn.ensemble, xgboost
from threadpoolctl import threadpool_info
print(sorted({(library['internal_api'], library['num_threads']) for library in threadpool_info()}), end=' | ')
x, y = numpy.arange(4000.0).reshape(1000, 4), numpy.arange(1000) % 2
sklearn.ensemble.HistGradientBoostingClassifier(max_iter=2).fit(x, y)
xgboost.XGBClassifier(n_estimators=2).fit(x, y)
print((x @ x.T).shape, end=' | ')
print(numpy.random.rand(), numpy.random.default_rng().random())`;

test.runIf(PYTHON)('libraries have the threads of the job, and each job its own random numbers', async () => {
  const order = makeOrder(run(PYTHON ?? '', '-c', PROGRAM));
  const cold = await runAttempt(makeExecutor(), order, { cpuCount: 2 });
  const executor = makeExecutor({ zygote: 'on' });
  const first = await runAttempt(executor, order, { cpuCount: 2 });
  const second = await runAttempt(executor, order, { cpuCount: 1 });
  expect(statistics(executor)).toMatchObject({ forks: 2, started: 1, cold: {} });
  const [threads, shape, numbers] = first.log.split(' | ');
  expect([threads, shape]).toEqual(cold.log.split(' | ').slice(0, 2));
  expect(threads).toContain("('openmp', 2)");
  expect(second.log).toContain("('openmp', 1)");
  expect(second.log.split(' | ')[2]).not.toBe(numbers);
});
