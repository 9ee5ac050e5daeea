import { describe, expect, it } from 'vitest';
import type { TrainingJobSpec } from './training-job.js';
import type { TrainingJobDefinition, TuningJobSpec } from './tuning-job.js';
import { priorPoint, type WarmStartParent, warmStartFaults } from './warm-start.js';

const TRAINING: TrainingJobSpec = {
  algorithm: { kind: 'builtin', name: 'xgboost', version: '1.7' },
  hyperparameters: { epochs: '10', booster: 'gbtree', sagemaker_submit_directory: 's3://b/one.tar.gz' },
  channels: [],
  outputUri: 'file:///out',
  instances: [{ instanceType: 'small', instanceCount: 1, volumeSizeGib: 1 }],
  stopping: { maxRuntimeSeconds: 60 },
  maximumRetryAttempts: 0,
  environment: {},
  metricDefinitions: [{ name: 'loss', regex: 'loss=(.*)' }],
  networkIsolation: false,
  spot: false,
  keepAliveSeconds: 0,
};
const DEFINITION: TrainingJobDefinition = {
  name: '',
  objective: { type: 'Minimize', metricName: 'loss' },
  ranges: [
    { kind: 'continuous', name: 'eta', min: 0, max: 1, scaling: 'Linear' },
    { kind: 'integer', name: 'depth', min: 1, max: 9, scaling: 'Linear' },
  ],
  template: TRAINING,
};
const PARENT_SPEC: TuningJobSpec = {
  strategy: { name: 'Bayesian' },
  seed: 1,
  limits: { maxTrainingJobs: 40, maxParallelTrainingJobs: 2 },
  completion: { completeOnConvergence: false },
  earlyStopping: 'Off',
  definitions: [DEFINITION],
};
const PARENT: WarmStartParent = { name: 'parent', status: 'Completed', spec: PARENT_SPEC, launched: 40 };

function child(
  changes: Partial<TuningJobSpec> = {},
  definition: Partial<TrainingJobDefinition> = {},
  hyperparameters: Record<string, string> = TRAINING.hyperparameters,
): TuningJobSpec {
  const template = { ...TRAINING, ...definition.template, hyperparameters };
  return {
    ...PARENT_SPEC,
    warmStart: { type: 'IdenticalDataAndAlgorithm', parentNames: ['parent'] },
    definitions: [{ ...DEFINITION, ...definition, template }],
    ...changes,
  };
}
const parentWith = (changes: Partial<WarmStartParent>) => ({ ...PARENT, ...changes });
const faultsOf = (spec: TuningJobSpec, parents: readonly WarmStartParent[] = [PARENT]) =>
  warmStartFaults(spec, parents, 500);

describe('a warm start is refused', () => {
  const { hyperparameters } = TRAINING;
  const manyStatics = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`static${index}`, 'a']));
  const parentOfMany: WarmStartParent = parentWith({
    spec: child({}, {}, { ...hyperparameters, ...manyStatics }),
  });
  const othersOfMany = Object.fromEntries(Object.keys(manyStatics).map((name) => [name, 'b']));
  const six = ['a', 'b', 'c', 'd', 'e', 'f'];

  it.each<[string, TuningJobSpec, readonly WarmStartParent[], RegExp]>([
    [
      'by too many parents',
      child({ warmStart: { type: 'TransferLearning', parentNames: six } }),
      [],
      /1 to 5 .* 6 are/,
    ],
    [
      'by a parent named twice',
      child({ warmStart: { type: 'TransferLearning', parentNames: ['parent', 'parent'] } }),
      [PARENT],
      /given twice/,
    ],
    [
      'with a strategy that learns nothing',
      child({ strategy: { name: 'Grid' } }),
      [PARENT],
      /does not work with.* Grid/,
    ],
    ['for several algorithms', child({ definitions: [DEFINITION, DEFINITION] }), [PARENT], /one algorithm at a time/],
    ['while a parent runs', child(), [parentWith({ status: 'InProgress' })], /"parent" is InProgress/],
    [
      'for another objective',
      child({}, { objective: { type: 'Minimize', metricName: 'error' } }),
      [PARENT],
      /objective Minimize "loss"; it must be .* "error"/,
    ],
    [
      'for another algorithm',
      child({}, { template: { ...TRAINING, algorithm: { kind: 'command', command: ['train'] } } }),
      [PARENT],
      /trains another algorithm/,
    ],
    [
      'with one hyperparameter more',
      child({}, {}, { ...hyperparameters, gamma: '1' }),
      [PARENT],
      /5 hyperparameters.* 6/,
    ],
    [
      'when a hyperparameter changes its type',
      child({}, { ranges: [{ kind: 'categorical', name: 'eta', values: ['a', 'b'] }, DEFINITION.ranges[1] as never] }),
      [PARENT],
      /"eta" is categorical here and continuous/,
    ],
    [
      'with six other static values',
      child({}, {}, { ...hyperparameters, ...othersOfMany }),
      [parentOfMany],
      /12 changes .* at most 10/,
    ],
    ['by more training jobs than may be', child({}), [parentWith({ launched: 461 })], /461 .* the 40 .* the 500/],
  ])('%s', (_case, spec, parents, message) => {
    expect(faultsOf(spec, parents)).toEqual([expect.stringMatching(message)]);
  });
});

describe('a warm start is allowed', () => {
  it('with other ranges, a tuned hyperparameter made static, and another version and source', () => {
    const hyperparameters = {
      ...TRAINING.hyperparameters,
      depth: '4',
      sagemaker_submit_directory: 's3://b/two.tar.gz',
    };
    const algorithm = { kind: 'builtin', name: 'xgboost', version: '2.0' } as const;
    const ranges = [{ kind: 'continuous', name: 'eta', min: 0.5, max: 2, scaling: 'Linear' } as const];
    expect(faultsOf(child({}, { ranges, template: { ...TRAINING, algorithm } }, hyperparameters))).toEqual([]);
  });

  it('from another algorithm, when what is learnt is only transferred', () => {
    const template = { ...TRAINING, algorithm: { kind: 'command', command: ['train'] } as const };
    const warmStart = { type: 'TransferLearning', parentNames: ['parent'] } as const;
    expect(faultsOf(child({ warmStart }, { template }))).toEqual([]);
  });

  it('and a cold one has no faults', () => {
    expect(warmStartFaults(PARENT_SPEC, [], 1)).toEqual([]);
  });
});

describe('priorPoint', () => {
  it('gives what was tuned, and what was static there and is tuned here', () => {
    const [definition] = child(
      {},
      {
        ranges: [...DEFINITION.ranges, { kind: 'integer', name: 'epochs', min: 1, max: 50, scaling: 'Auto' }],
      },
    ).definitions as [TrainingJobDefinition];
    const { epochs: _tuned, ...statics } = definition.template.hyperparameters;
    const here = { ...definition, template: { ...definition.template, hyperparameters: statics } };
    expect(priorPoint(here, DEFINITION, { eta: 0.3, depth: 4 })).toEqual({
      configuration: { eta: 0.3, depth: 4, epochs: 10 },
      isSameFunction: true,
    });
  });

  it('says when another value of what is static here was tried', () => {
    const [definition] = child(
      {},
      { ranges: DEFINITION.ranges.slice(0, 1) },
      { ...TRAINING.hyperparameters, depth: '4' },
    ).definitions as [TrainingJobDefinition];
    expect(priorPoint(definition, DEFINITION, { eta: 0.3, depth: 4 }).isSameFunction).toBe(true);
    expect(priorPoint(definition, DEFINITION, { eta: 0.3, depth: 5 }).isSameFunction).toBe(false);
  });

  it('leaves a static text out where a number is tuned', () => {
    const ranges = [{ kind: 'integer', name: 'booster', min: 1, max: 3, scaling: 'Auto' } as const];
    expect(priorPoint({ ...DEFINITION, ranges }, DEFINITION, { eta: 1, depth: 1 }).configuration).toEqual({});
  });
});
