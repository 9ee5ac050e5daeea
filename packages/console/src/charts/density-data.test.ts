import { describe, expect, it } from 'vitest';
import { finiteObjectives, kernelDensity } from './density-data.js';
import { trainingJob } from './jobs.fixture.js';

describe('the density of objectives', () => {
  const values = [0.1, 0.2, 0.2, 0.3, 0.9];

  it('has an area of one', () => {
    const points = kernelDensity(values);
    const step = (points[1]?.value ?? 0) - (points[0]?.value ?? 0);
    expect(points.reduce((sum, point) => sum + point.density * step, 0)).toBeCloseTo(1, 2);
  });

  it('is highest where most values lie', () => {
    const peak = kernelDensity(values).reduce((a, b) => (b.density > a.density ? b : a));
    expect(peak.value).toBeGreaterThan(0.1);
    expect(peak.value).toBeLessThan(0.3);
  });

  it('is the same, as far as one can see, whether many values are counted first or not', () => {
    const few = Array.from({ length: 600 }, (_, at) => (at / 600) ** 2);
    const many = few.flatMap((value) => [value, value, value]);
    const [exact, counted] = [kernelDensity(few), kernelDensity(many)];
    // Three times as many values make the kernel narrower: compared is where the halves lie.
    const median = (points: typeof exact) => {
      const total = points.reduce((sum, { density }) => sum + density, 0);
      let sum = 0;
      return points.find(({ density }) => {
        sum += density;
        return sum >= total / 2;
      })?.value;
    };
    expect(median(counted)).toBeCloseTo(median(exact) ?? 0, 1);
    const step = (counted[1]?.value ?? 0) - (counted[0]?.value ?? 0);
    expect(counted.reduce((sum, point) => sum + point.density * step, 0)).toBeCloseTo(1, 2);
  });

  it('needs two different values', () => {
    expect(kernelDensity([])).toEqual([]);
    expect(kernelDensity([1, 1])).toEqual([]);
  });

  it('is of finite objectives only', () => {
    const jobs = [2, Number.NaN, undefined, 1].map((objectiveValue, at) => trainingJob(at, { objectiveValue }));
    expect(finiteObjectives(jobs)).toEqual([1, 2]);
  });
});
