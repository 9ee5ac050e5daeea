import { describe, expect, it } from 'vitest';
import { createStrategy, InvalidProblemError, type SearchProblem, UnsupportedStrategyError } from './index.js';

const problem: SearchProblem = {
  strategy: 'Random',
  seed: 1,
  objectiveType: 'Minimize',
  spaces: [[{ kind: 'continuous', name: 'lr', min: 0, max: 1, scaling: 'Linear' }]],
};

describe('createStrategy', () => {
  it('names what is available instead of a name it does not know', () => {
    const create = () => createStrategy({ ...problem, strategy: 'Simplex' as 'Random' });
    expect(create).toThrow(UnsupportedStrategyError);
    expect(create).toThrow(
      'Strategy "Simplex" is not available yet; use one of Random, Grid, Sobol, Bayesian, Hyperband, TPE, CMA-ES, BOHB.',
    );
  });

  it('refuses a name that only an object prototype knows', () => {
    expect(() => createStrategy({ ...problem, strategy: 'toString' as 'Random' })).toThrow(UnsupportedStrategyError);
  });

  it('names every fault of the problem at once', () => {
    const broken: SearchProblem = {
      ...problem,
      seed: Number.NaN,
      spaces: [[], [{ kind: 'categorical', name: 'opt', values: [] }]],
    };
    try {
      createStrategy(broken);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidProblemError);
      expect((error as InvalidProblemError).faults).toHaveLength(3);
      expect((error as Error).message).toContain('"opt"');
    }
    expect(() => createStrategy({ ...problem, spaces: [] })).toThrow(InvalidProblemError);
  });

  it('keeps numbers out of a grid', () => {
    expect(() => createStrategy({ ...problem, strategy: 'Grid' })).toThrow(
      'Hyperparameter "lr" is continuous, but a grid search takes categorical ranges only',
    );
  });
});
