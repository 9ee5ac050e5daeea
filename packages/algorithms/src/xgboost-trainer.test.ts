import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ENVIRONMENT_TIMEOUT_MS, trainerPython } from './python-environments.fixture.js';
import { runTrainer, type TrainingInput } from './training-root.fixture.js';

const run = promisify(execFile);
const trainers = fileURLToPath(new URL('../trainers', import.meta.url));
const prepare = fileURLToPath(new URL('../../../examples/digits/prepare.py', import.meta.url));

let python: string;
let digits: TrainingInput;

beforeAll(async () => {
  python = await trainerPython('xgboost');
  const folder = await mkdtemp(join(tmpdir(), 'fleetune-digits-'));
  await run(python, [prepare, '--output', folder]);
  digits = {
    contentType: 'text/csv',
    files: {
      'train/train.csv': await readFile(join(folder, 'train', 'train.csv'), 'utf8'),
      'validation/validation.csv': await readFile(join(folder, 'validation', 'validation.csv'), 'utf8'),
    },
    hyperparameters: {
      ...{ objective: 'multi:softmax', num_class: '10', eval_metric: 'accuracy' },
      ...{ num_round: '200', early_stopping_rounds: '5', eta: '0.43', max_depth: '4', alpha: '0.05' },
    },
  };
}, ENVIRONMENT_TIMEOUT_MS);

const train = (input: Partial<TrainingInput>) => runTrainer(python, 'xgboost', { ...digits, ...input });

const roundLines = (log: string) => log.split('\n').filter((line) => /^\[\d+\]\t/.test(line));

/** Twelve rows that a tree of depth 1 separates. */
const separable = Array.from({ length: 12 }, (_, row) => ({ label: row < 6 ? 0 : 1, feature: row }));
const separableCsv = separable.map(({ label, feature }) => `${label},${feature},7\n`).join('');
const binary = { objective: 'binary:logistic', num_round: '5', min_child_weight: '0' };

describe('the XGBoost trainer', { timeout: 60_000 }, () => {
  it('learns the digits, and reports the round whose model it saves', async () => {
    const { status, log, failure, metric, modelFile } = await train({});
    expect({ status, failure }).toEqual({ status: 0, failure: undefined });
    expect(metric('validation:accuracy')).toBeGreaterThan(0.85);

    const rounds = [...log.matchAll(/^\[\d+\]\ttrain-accuracy:(\S+)\tvalidation-accuracy:(\S+)$/gm)];
    const scores = rounds.map((round) => Number(round[2]));
    expect(scores.at(-1)).toBe(Math.max(...scores));
    expect(scores.length).toBeLessThan(200);

    const { stdout } = await run(python, ['-c', SCORE, modelFile, join(modelFile, '../../input/data/validation')]);
    expect(Number(stdout)).toBeCloseTo(metric('validation:accuracy') ?? 0, 6);
  });

  it('adds the metric that the tuning job asks for, and lets it decide on stopping', async () => {
    const hyperparameters = {
      ...digits.hyperparameters,
      eval_metric: 'merror',
      _tuning_objective_metric: 'validation:f1',
    };
    const { metric, log } = await train({ hyperparameters });
    expect(metric('validation:f1')).toBeGreaterThan(0.85);
    expect(metric('validation:merror')).toBeLessThan(0.15);
    expect(log).toMatch(/saved model is the best/);
  });

  it('keeps the model so far when it is told to stop, and goes on from there when it runs again', async () => {
    const checkpoints = await mkdtemp(join(tmpdir(), 'fleetune-checkpoints-'));
    const hyperparameters = { ...digits.hyperparameters, num_round: '40', early_stopping_rounds: '40' };
    const environment = { SM_CHECKPOINT_DIR: checkpoints };
    let isStopped = false;
    const stopped = await train({
      hyperparameters,
      environment,
      onOutput: (text, kill) => {
        if (isStopped || !text.includes('[3]\t')) return;
        isStopped = true;
        kill('SIGTERM');
      },
    });
    expect(stopped.status).toBe(0);
    const rounds = Number(/Told to stop after (\d+) rounds/.exec(stopped.log)?.[1]);
    expect(rounds).toBeLessThan(40);
    expect(existsSync(stopped.modelFile)).toBe(true);

    const resumed = await train({ hyperparameters, environment });
    const whole = await train({ hyperparameters });
    expect(resumed.log).toContain(`Going on from the checkpoint of ${rounds} rounds.`);
    expect(resumed.log).not.toContain('[0]\t');
    expect(roundLines(stopped.log).slice(0, rounds).concat(roundLines(resumed.log))).toEqual(roundLines(whole.log));
  });

  it('reads CSV with weights in the second column and holes in the features', async () => {
    const weighted = separable.map(({ label, feature }) => `${label},${feature === 5 ? 0 : 1},${feature},\n`).join('');
    const { status, log } = await train({
      hyperparameters: { ...binary, csv_weights: '1', eval_metric: 'error' },
      files: { 'train/a.csv': weighted },
    });
    expect(status).toBe(0);
    expect(log).toContain('train: 12 rows, 2 features');
    expect(log).toContain('[4]\ttrain-error:0');
  });

  it('reads libsvm where the content type is not given, over several files', async () => {
    const lines = separable.map(({ label, feature }) => `${label} 0:${feature} 3:1\n`);
    const { status, log } = await train({
      hyperparameters: { ...binary, eval_metric: 'error,auc' },
      files: { 'train/a': lines.slice(0, 5).join(''), 'train/b': lines.slice(5).join('') },
      contentType: undefined,
    });
    expect(status).toBe(0);
    expect(log).toContain('train: 12 rows, 4 features');
    expect(log).toContain('[4]\ttrain-error:0\ttrain-auc:1');
  });

  it('stops early by a metric that XGBoost wants an argument for', async () => {
    const { status, metric } = await train({
      hyperparameters: {
        ...{ objective: 'reg:tweedie', eval_metric: 'tweedie-nloglik' },
        ...{ num_round: '3', early_stopping_rounds: '2', booster: 'dart', rate_drop: '0.5' },
      },
      files: { 'train/a.csv': separableCsv, 'validation/a.csv': separableCsv },
    });
    expect(status).toBe(0);
    expect(metric('validation:tweedie-nloglik')).toBeGreaterThan(0);
  });

  it('accepts what older versions knew, and says that it has no effect', async () => {
    const retired = { single_precision_histogram: 'true', tree_method: 'gpu_hist', objective: 'reg:linear' };
    const { status, log } = await train({
      hyperparameters: { ...retired, num_round: '1' },
      files: { 'train/a.csv': separableCsv },
    });
    expect(status).toBe(0);
    expect(log).toContain('"single_precision_histogram" has no effect');
  });

  it.each<[string, Partial<TrainingInput>, string]>([
    ['a hyperparameter out of range', { hyperparameters: { num_round: '0' } }, 'must be in [1, inf)'],
    ['a hyperparameter nobody knows', { hyperparameters: { num_round: '1', colour: 'red' } }, '"colour"'],
    ['a missing hyperparameter', { hyperparameters: {} }, '"num_round" is required'],
    ['no train channel', { files: { 'test/a.csv': '1,2' } }, 'no channel "train"'],
    ['an empty channel', { files: { 'train/a.csv': '' } }, 'Channel "train" holds no data'],
    ['a ragged CSV', { files: { 'train/a.csv': '1,2\n1,2,3\n' } }, 'a.csv line 2 has 3 columns; the first has 2'],
    ['a CSV header', { files: { 'train/a.csv': 'label,size\n1,2\n' } }, "a.csv line 1 holds 'label'"],
    ['a type it cannot read', { contentType: 'application/x-parquet' }, 'content type "application/x-parquet"'],
    ['CSV that is said to be libsvm', { contentType: 'text/libsvm' }, 'libsvm'],
    [
      'labels that the objective cannot have',
      { files: { 'train/a.csv': '12,1\n3,2\n', 'validation/a.csv': '3,2\n' } },
      'XGBoost refused: ',
    ],
    ['more than one instance', { environment: { SM_HOSTS: '["algo-1","algo-2"]' } }, 'one instance'],
  ])('fails with one line about %s', async (_, input, sentence) => {
    const { status, failure, modelFile } = await train(input);
    expect(status).toBe(1);
    expect(failure).toContain(sentence);
    expect(failure?.split('\n')).toHaveLength(1);
    expect(existsSync(modelFile)).toBe(false);
  });

  it('measures what XGBoost does not as scikit-learn does', async () => {
    const { stderr } = await run(python, ['-m', 'unittest', 'test_metrics'], {
      cwd: join(trainers, 'xgboost'),
      env: { ...process.env, PYTHONPATH: join(trainers, 'contract') },
    });
    expect(stderr).toMatch(/^OK$/m);
  });
});

const SCORE = `
import glob, sys
import numpy, xgboost
booster = xgboost.Booster()
booster.load_model(sys.argv[1])
rows = numpy.loadtxt(glob.glob(sys.argv[2] + "/*")[0], delimiter=",")
print((booster.predict(xgboost.DMatrix(rows[:, 1:])) == rows[:, 0]).mean())
`;
