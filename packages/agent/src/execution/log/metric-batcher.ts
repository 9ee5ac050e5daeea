import type { MetricPoint } from '@fleetune/domain';
import { MetricThinning } from './metric-thinning.js';

/** So many points do not wait for the second to be over. */
const ENOUGH_POINTS = 100;
const MOST_POINTS = 1_000;
const LONGEST_WAIT_MS = 1_000;
/** At most ten batches a second. */
const SHORTEST_PAUSE_MS = 100;

/**
 * Gathers metric points and hands them on at 100, or one second after the first. A flood is thinned
 * ({@link MetricThinning}) and goes out in at most ten batches of 1,000 points a second; what is left at the end goes out
 * at once.
 */
export class MetricBatcher {
  readonly #deliver: (points: readonly MetricPoint[]) => void;
  readonly #thinning = new MetricThinning();
  #points: MetricPoint[] = [];
  #waiting: NodeJS.Timeout | undefined;
  #pause: NodeJS.Timeout | undefined;

  constructor(deliver: (points: readonly MetricPoint[]) => void) {
    this.#deliver = deliver;
  }

  /** Nothing waits to be handed on. */
  get isEmpty(): boolean {
    return this.#points.length === 0;
  }

  add(points: readonly MetricPoint[]): void {
    for (const point of points) if (this.#thinning.passes(point)) this.#points.push(point);
    this.#deliverWhenDue();
  }

  /** Hands on everything, the last point of each metric included. Call it when there will be no more. */
  finish(): void {
    clearTimeout(this.#pause);
    clearTimeout(this.#waiting);
    this.#points.push(...this.#thinning.takeKeptBack());
    const points = this.#points;
    this.#points = [];
    for (let from = 0; from < points.length; from += MOST_POINTS) this.#deliver(points.slice(from, from + MOST_POINTS));
  }

  #deliverWhenDue(): void {
    if (this.#pause !== undefined) return;
    if (this.#points.length >= ENOUGH_POINTS) {
      this.#deliverBatch();
      this.#pause = setTimeout(() => {
        this.#pause = undefined;
        this.#deliverWhenDue();
      }, SHORTEST_PAUSE_MS);
    } else if (this.#points.length > 0) {
      this.#waiting ??= setTimeout(() => this.#deliverBatch(), LONGEST_WAIT_MS);
    }
  }

  #deliverBatch(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    const batch = this.#points.splice(0, MOST_POINTS);
    if (batch.length > 0) this.#deliver(batch);
  }
}
