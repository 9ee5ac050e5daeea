import { describe, expect, it } from 'vitest';
import { comparedHyperparameters } from './compared-hyperparameters.js';

describe('comparing hyperparameters', () => {
  it('puts first what differs, what only some have too', () => {
    const rows = comparedHyperparameters([
      { hyperparameters: { a: '1', eta: '0.1', max_depth: '3' } },
      { hyperparameters: { a: '1', eta: '0.2' } },
    ]);
    expect(rows).toEqual([
      { name: 'eta', values: ['0.1', '0.2'], differs: true },
      { name: 'max_depth', values: ['3', undefined], differs: true },
      { name: 'a', values: ['1', '1'], differs: false },
    ]);
  });
});
