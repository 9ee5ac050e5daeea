import type { MetricPoint } from '@fleetune/domain';

/** Points of one metric that are all handed on; up to here a series is complete. */
const COMPLETE_POINTS = 10_000;

/**
 * Thins endless series. The first 10,000 points of a metric all pass; then every second up to 20,000, every fourth up to
 * 40,000, and so on: 5,000 points each time the series doubles, about 45,000 of a million. The newest point of each
 * metric is kept back when it does not pass, so that a series can end with its true last value.
 */
export class MetricThinning {
  readonly #keptBack = new Map<string, MetricPoint>();

  passes(point: MetricPoint): boolean {
    const isKept = point.step % strideAt(point.step) === 0;
    if (isKept) this.#keptBack.delete(point.name);
    else this.#keptBack.set(point.name, point);
    return isKept;
  }

  /** The last point of each metric whose last point did not pass; once. */
  takeKeptBack(): MetricPoint[] {
    const points = [...this.#keptBack.values()];
    this.#keptBack.clear();
    return points;
  }
}

/** A power of two: 1 below 10,000, 2 below 20,000, 4 below 40,000. */
function strideAt(step: number): number {
  let stride = 1;
  for (let end = COMPLETE_POINTS; step >= end; end *= 2) stride *= 2;
  return stride;
}
