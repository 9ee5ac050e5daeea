import type { ParameterRange } from '@fleetune/domain';
import { describe, expect, it } from 'vitest';
import {
  builtinHyperparameterFaults,
  builtinMetricDefinitions,
  builtinNames,
  findBuiltin,
  UnknownBuiltinError,
} from './catalogue.js';

const digits = { objective: 'multi:softmax', num_class: '10', num_round: '200', eval_metric: 'accuracy' };

describe('findBuiltin', () => {
  it('knows each algorithm by its name, and no other', () => {
    expect(builtinNames().map((name) => findBuiltin(name)?.name)).toEqual(builtinNames());
    expect(findBuiltin('linear-learner')).toBeUndefined();
  });

  it('has facts that agree with themselves', () => {
    for (const name of builtinNames()) {
      const algorithm = findBuiltin(name);
      expect(new Set(algorithm?.hyperparameters.map((one) => one.name)).size).toBe(algorithm?.hyperparameters.length);
      expect(new Set(algorithm?.metrics.map((one) => one.name)).size).toBe(algorithm?.metrics.length);
      for (const definition of algorithm?.hyperparameters ?? []) {
        const { name: hyperparameter, default: value, recommended } = definition;
        const samples = [value, recommended?.min, recommended?.max]
          .filter((sample) => sample !== undefined)
          .map(String);
        for (const sample of samples) {
          const faults = builtinHyperparameterFaults(name, { ...digits, [hyperparameter]: sample });
          expect(faults, `${hyperparameter} ${sample}`).toEqual([]);
        }
      }
    }
  });
});

describe('builtinHyperparameterFaults', () => {
  it('accepts the digits job', () => {
    expect(builtinHyperparameterFaults('xgboost', { ...digits, early_stopping_rounds: '5', alpha: '0.2' })).toEqual([]);
  });

  it.each([
    [{ colour: 'red' }, 'XGBoost has no hyperparameter "colour".'],
    [{ learning_rate: '0.1' }, 'XGBoost has no hyperparameter "learning_rate"; it is called "eta" here.'],
    [{ max_depth: '2.5' }, 'Hyperparameter "max_depth" is "2.5"; it must be an integer.'],
    [{ eta: 'fast' }, 'Hyperparameter "eta" is "fast"; it must be a number.'],
    [{ eta: '1.01' }, 'Hyperparameter "eta" is "1.01"; it must be in [0, 1].'],
    [{ colsample_bynode: '0' }, 'Hyperparameter "colsample_bynode" is "0"; it must be in (0, 1].'],
    [{ alpha: '-1' }, 'Hyperparameter "alpha" is "-1"; it must be in [0, Infinity).'],
    [{ booster: 'tree' }, 'Hyperparameter "booster" is "tree"; it must be one of gbtree, gblinear, dart.'],
    [{ eval_metric: 'accuracy,glory' }, 'Hyperparameter "eval_metric" lists "glory", which XGBoost does not measure.'],
    [{ eval_metric: 'rmse@2' }, 'Hyperparameter "eval_metric" lists "rmse@2", which XGBoost does not measure.'],
  ])('refuses %o', (wrong, sentence) => {
    expect(builtinHyperparameterFaults('xgboost', { ...digits, ...wrong })).toEqual([sentence]);
  });

  it('asks for what is required, also where another value requires it', () => {
    expect(builtinHyperparameterFaults('xgboost', { objective: 'multi:softprob' })).toEqual([
      'Hyperparameter "num_round" is required.',
      'Hyperparameter "num_class" is required when "objective" is multi:softprob.',
    ]);
  });

  it('takes constraints and lists in their own notations', () => {
    const notations = {
      eval_metric: '["merror", "ndcg@5"]',
      monotone_constraints: '(1, -1, 0)',
      interaction_constraints: '[[1,2],[3,4,5]]',
      updater: 'grow_colmaker, prune',
    };
    expect(builtinHyperparameterFaults('xgboost', { ...digits, ...notations })).toEqual([]);
    expect(builtinHyperparameterFaults('xgboost', { ...digits, monotone_constraints: '(2)' })).toHaveLength(1);
  });

  it('counts a tuned hyperparameter as given, and checks both ends of its range', () => {
    const rounds: ParameterRange = { kind: 'integer', name: 'num_round', min: 0, max: 100, scaling: 'Auto' };
    expect(builtinHyperparameterFaults('xgboost', {}, [{ ...rounds, min: 1 }])).toEqual([]);
    expect(builtinHyperparameterFaults('xgboost', {}, [rounds])).toEqual([
      'Hyperparameter "num_round" is "0"; it must be in [1, Infinity).',
    ]);
  });

  it('refuses ranges that make no sense to search', () => {
    const ranges: ParameterRange[] = [
      { kind: 'continuous', name: 'max_depth', min: 1, max: 10, scaling: 'Auto' },
      { kind: 'categorical', name: 'eval_metric', values: ['merror'] },
    ];
    expect(builtinHyperparameterFaults('xgboost', digits, ranges)).toEqual([
      'Hyperparameter "max_depth" of XGBoost is an integer; give it an integer range.',
      'Hyperparameter "eval_metric" of XGBoost cannot be tuned; give it as a static one.',
    ]);
  });

  it('says so when there is no such algorithm', () => {
    expect(() => builtinHyperparameterFaults('k-means', {})).toThrow(UnknownBuiltinError);
  });
});

describe('builtinMetricDefinitions', () => {
  const accuracy = builtinMetricDefinitions('xgboost').find((definition) => definition.name === 'validation:accuracy');

  it.each([
    '[12]\ttrain-accuracy:1\tvalidation-accuracy:0.87',
    '[12]#011train-accuracy:1#011validation-accuracy:0.87#011x',
  ])('finds a metric of one series in %s', (line) => {
    expect(new RegExp(accuracy?.regex ?? '').exec(line)?.[1]).toBe('0.87');
  });

  it('finds a metric that carries an argument', () => {
    const ndcg = builtinMetricDefinitions('xgboost').find((definition) => definition.name === 'validation:ndcg');
    expect(new RegExp(ndcg?.regex ?? '').exec('[3]\tvalidation-ndcg@5:0.75')?.[1]).toBe('0.75');
  });

  it('does not take one metric for another whose name goes on', () => {
    expect(new RegExp(accuracy?.regex ?? '').test('[1]\tvalidation-accuracy_top5:0.9')).toBe(false);
  });

  it('stays within the lengths SageMaker allows', () => {
    for (const { name, regex } of builtinMetricDefinitions('xgboost')) {
      expect(name.length).toBeLessThanOrEqual(255);
      expect(regex.length).toBeLessThanOrEqual(500);
    }
  });
});
