import { describe, expect, it } from 'vitest';
import type { ShownRange } from '../axis.js';
import { trainingJob } from '../jobs.fixture.js';
import { answerLandscape } from './answer-landscape.js';
import { type LandscapeQuestion, landscapeQuestion } from './landscape-question.js';

const ranges: ShownRange[] = [
  { name: 'rate', kind: 'continuous', min: 0.0001, max: 1, scaling: 'Logarithmic' },
  { name: 'depth', kind: 'integer', min: 1, max: 8, scaling: 'Linear' },
  { name: 'optimizer', kind: 'categorical', values: ['adam', 'sgd'] },
];

/** Best at a rate of 0.01 with a depth of 5 and adam. */
function jobs(count: number) {
  return Array.from({ length: count }, (_, index) => {
    const rate = 10 ** (-4 * ((index * 0.618) % 1));
    const depth = 1 + (index % 8);
    const optimizer = index % 3 === 0 ? 'sgd' : 'adam';
    const objectiveValue = (Math.log10(rate) + 2) ** 2 + 0.2 * (depth - 5) ** 2 + (optimizer === 'adam' ? 0 : 1);
    return trainingJob(index, { objectiveValue, configuration: { rate, depth, optimizer } });
  });
}

const best = { rate: 0.01, depth: 5, optimizer: 'adam' };

function asked(count: number, pair: LandscapeQuestion['pair']): LandscapeQuestion {
  const question = landscapeQuestion(ranges, jobs(count), best, pair);
  if (question === undefined) throw new Error('there is something to ask');
  return question;
}

describe('what a model is asked', () => {
  it('is nothing while there are few completed training jobs, or no best', () => {
    expect(landscapeQuestion(ranges, jobs(7), best, undefined)).toBeUndefined();
    expect(landscapeQuestion(ranges, jobs(20), undefined, undefined)).toBeUndefined();
    const failed = jobs(20).map((job) => ({ ...job, status: 'Failed' as const }));
    expect(landscapeQuestion(ranges, failed, best, undefined)).toBeUndefined();
  });

  it('leaves out what has not every value, and takes a sample of very many', () => {
    const lacking = trainingJob(99, { objectiveValue: 1, configuration: { rate: 1 } });
    expect(landscapeQuestion(ranges, [...jobs(9), lacking], best, undefined)?.trials).toHaveLength(9);
    expect(asked(5_000, undefined).trials.length).toBeLessThanOrEqual(600);
  });
});

describe('what a model answers', () => {
  it('is a slice a hyperparameter, on its axis, through the best', () => {
    const { slices, contour, trialCount } = answerLandscape(asked(60, undefined));
    expect({ contour, trialCount }).toEqual({ contour: undefined, trialCount: 60 });
    const lowest = (name: string) => {
      const points = slices.find((slice) => slice.name === name)?.points ?? [];
      return points.reduce((a, b) => (b.mean < a.mean ? b : a), points[0] ?? { place: Number.NaN, mean: 0 }).place;
    };
    expect(Math.abs(Math.log10(lowest('rate')) + 2)).toBeLessThan(0.5);
    expect(Math.abs(lowest('depth') - 5)).toBeLessThan(1);
    expect(lowest('optimizer')).toBe(0);
  });

  it('is a plane of two hyperparameters without gaps, from end to end', () => {
    const { contour } = answerLandscape(asked(60, ['depth', 'rate']));
    const cells = contour?.cells ?? [];
    expect([contour?.x, contour?.y]).toEqual(['depth', 'rate']);
    expect(Math.min(...cells.map(({ x }) => x[0]))).toBe(1);
    expect(Math.max(...cells.map(({ x }) => x[1]))).toBeCloseTo(8);
    expect(Math.min(...cells.map(({ y }) => y[0]))).toBeCloseTo(0.0001);
    expect(Math.max(...cells.map(({ y }) => y[1]))).toBeCloseTo(1);
    expect(cells.every(({ x, y, deviation }) => x[1] > x[0] && y[1] > y[0] && deviation >= 0)).toBe(true);
  });
});
