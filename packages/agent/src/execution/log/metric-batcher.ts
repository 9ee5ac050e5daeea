import type { MetricPoint } from '@fleetune/domain';

const MOST_POINTS = 100;
const LONGEST_WAIT_MS = 1_000;

/** Gathers metric points and hands them on at 100, or one second after the first. */
export class MetricBatcher {
  readonly #deliver: (points: readonly MetricPoint[]) => void;
  #points: MetricPoint[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(deliver: (points: readonly MetricPoint[]) => void) {
    this.#deliver = deliver;
  }

  add(points: readonly MetricPoint[]): void {
    for (const point of points) {
      this.#points.push(point);
      if (this.#points.length >= MOST_POINTS) this.flush();
    }
    if (this.#points.length > 0) this.#timer ??= setTimeout(() => this.flush(), LONGEST_WAIT_MS);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const points = this.#points;
    if (points.length === 0) return;
    this.#points = [];
    this.#deliver(points);
  }
}
