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

  it('needs two different values', () => {
    expect(kernelDensity([])).toEqual([]);
    expect(kernelDensity([1, 1])).toEqual([]);
  });

  it('is of finite objectives only', () => {
    const jobs = [2, Number.NaN, undefined, 1].map((objectiveValue, at) => trainingJob(at, { objectiveValue }));
    expect(finiteObjectives(jobs)).toEqual([1, 2]);
  });
});
