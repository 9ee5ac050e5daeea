import { describe, expect, it } from 'vitest';
import { metricCharts } from './metric-curves-data.js';

const point = (name: string, step: number, value: number) => ({ name, step, value, timestampMs: 0 });

describe('metric curves', () => {
  it('lay the same metric of several training jobs over each other', () => {
    const charts = metricCharts([
      { label: 'a', metrics: [point('loss', 1, 0.4), point('loss', 0, 0.5), point('accuracy', 0, 0.1)] },
      { label: 'b', metrics: [point('loss', 0, 0.7)] },
    ]);
    expect(charts).toEqual([
      { metric: 'accuracy', curves: [{ label: 'a', points: [[0, 0.1]] }] },
      {
        metric: 'loss',
        curves: [
          {
            label: 'a',
            points: [
              [0, 0.5],
              [1, 0.4],
            ],
          },
          { label: 'b', points: [[0, 0.7]] },
        ],
      },
    ]);
  });

  it('have a gap where a value is no number', () => {
    const [chart] = metricCharts([{ label: 'a', metrics: [point('loss', 0, Number.POSITIVE_INFINITY)] }]);
    expect(chart?.curves[0]?.points).toEqual([[0, Number.NaN]]);
  });
});
