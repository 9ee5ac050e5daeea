import { type Chart, NothingToDrawError, type Point } from './chart.js';

interface MetricValue {
  readonly name: string;
  readonly value: number;
  readonly step: number;
}

/**
 * A training job's metrics by epoch.
 *
 * @param only the metric to draw; all when it is left out.
 * @throws NothingToDrawError
 */
export function metricChart(jobName: string, metrics: readonly MetricValue[], only?: string): Chart {
  const names = [...new Set(metrics.map(({ name }) => name))];
  if (only !== undefined && !names.includes(only)) {
    throw new NothingToDrawError(`${jobName} has reported no "${only}"; it has ${names.join(', ') || 'no metrics'}.`);
  }
  const series = names
    .filter((name) => only === undefined || name === only)
    .map((name) => ({
      name,
      kind: 'line' as const,
      points: metrics
        .filter((metric) => metric.name === name && Number.isFinite(metric.value))
        .map(({ step, value }): Point => [step + 1, value]),
    }))
    .filter(({ points }) => points.length > 0);
  if (series.length === 0) throw new NothingToDrawError(`${jobName} has reported no metrics.`);
  return {
    title: `${jobName}: metrics by epoch`,
    x: { label: 'epoch', scale: 'linear' },
    y: { label: series.length === 1 ? (series[0]?.name ?? '') : 'value', scale: 'linear' },
    series,
  };
}
