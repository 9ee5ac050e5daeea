export interface MetricPoint {
  readonly name: string;
  readonly value: number;
  readonly step: number;
  readonly timestampMs: number;
}

interface MetricCurve {
  /** Of the training job that the curve belongs to. */
  readonly label: string;
  readonly points: readonly (readonly [step: number, value: number])[];
}

export interface MetricChart {
  readonly metric: string;
  readonly curves: readonly MetricCurve[];
}

/** A chart for each metric, with a curve for each training job that reported it. Metrics come in alphabetical order. */
export function metricCharts(
  jobs: readonly { readonly label: string; readonly metrics: readonly MetricPoint[] }[],
): MetricChart[] {
  const charts = new Map<string, Map<string, [number, number][]>>();
  for (const { label, metrics } of jobs) {
    for (const { name, step, value } of metrics) {
      const curves = charts.get(name) ?? new Map<string, [number, number][]>();
      charts.set(name, curves);
      const points = curves.get(label) ?? [];
      curves.set(label, points);
      // A gap is drawn where a value is no number.
      points.push([step, Number.isFinite(value) ? value : Number.NaN]);
    }
  }
  return [...charts]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([metric, curves]) => ({
      metric,
      curves: [...curves].map(([label, points]) => ({ label, points: points.sort((a, b) => a[0] - b[0]) })),
    }));
}
