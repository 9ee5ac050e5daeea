import type { MetricPoint } from '@fleetune/domain';

export interface PeriodValues {
  readonly start: Date;
  readonly values: readonly number[];
}

/**
 * The values of points by the period in which they were reported, in the order of time; periods without points are not
 * there. Periods begin at multiples of their length; the start of the window is rounded down to one, its end is
 * exclusive.
 */
export function valuesByPeriod(
  points: readonly MetricPoint[],
  periodSeconds: number,
  window: { readonly start: Date; readonly end: Date },
): PeriodValues[] {
  const periodMs = periodSeconds * 1000;
  const startOf = (timeMs: number) => Math.floor(timeMs / periodMs) * periodMs;
  const firstMs = startOf(window.start.getTime());
  const byStart = new Map<number, number[]>();
  for (const { timestampMs, value } of points) {
    if (timestampMs < firstMs || timestampMs >= window.end.getTime()) continue;
    const values = byStart.get(startOf(timestampMs));
    if (values === undefined) byStart.set(startOf(timestampMs), [value]);
    else values.push(value);
  }
  return [...byStart].sort(([a], [b]) => a - b).map(([startMs, values]) => ({ start: new Date(startMs), values }));
}
