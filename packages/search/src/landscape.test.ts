import type { ParameterRange } from '@fleetune/domain';
import { describe, expect, it } from 'vitest';
import { fitLandscape, type SeenTrial } from './landscape.js';
import { randomStream } from './random-stream.js';

const ranges: ParameterRange[] = [
  { name: 'rate', kind: 'continuous', min: 1e-4, max: 1, scaling: 'Logarithmic' },
  { name: 'optimizer', kind: 'categorical', values: ['adam', 'sgd'] },
];

const objective = (rate: number, optimizer: string) =>
  100 + (Math.log10(rate) + 2) ** 2 + (optimizer === 'adam' ? 0 : 1);

function trials(count: number): SeenTrial[] {
  const stream = randomStream(3, 'landscape');
  return Array.from({ length: count }, () => {
    const rate = 10 ** (-4 * stream.uniform());
    const optimizer = stream.uniform() < 0.5 ? 'adam' : 'sgd';
    return { configuration: { rate, optimizer }, objective: objective(rate, optimizer) };
  });
}

describe('a landscape', () => {
  it('tells the objective between trials, in its own unit', () => {
    const landscape = fitLandscape(ranges, trials(40));
    for (const [rate, optimizer] of [
      [0.01, 'adam'],
      [0.5, 'sgd'],
    ] as const) {
      const { mean, deviation } = landscape.predict({ rate, optimizer });
      expect(Math.abs(mean - objective(rate, optimizer))).toBeLessThan(0.25);
      expect(deviation).toBeLessThan(0.5);
    }
  });

  it('is less sure where nobody has been', () => {
    const near = trials(30).filter(({ configuration }) => Number(configuration.rate) < 0.01);
    const landscape = fitLandscape(ranges, near);
    const deviation = (rate: number) => landscape.predict({ rate, optimizer: 'adam' }).deviation;
    expect(deviation(1)).toBeGreaterThan(3 * deviation(0.001));
  });

  it('is not bent by a training that diverged', () => {
    const diverged = { configuration: { rate: 1, optimizer: 'sgd' }, objective: 1e12 };
    const { mean } = fitLandscape(ranges, [...trials(40), diverged]).predict({ rate: 0.01, optimizer: 'adam' });
    expect(Math.abs(mean - 100)).toBeLessThan(2);
  });

  it('is flat where all are the same', () => {
    const same = trials(8).map((trial) => ({ ...trial, objective: 5 }));
    expect(fitLandscape(ranges, same).predict({ rate: 0.1, optimizer: 'sgd' }).mean).toBeCloseTo(5);
  });
});
