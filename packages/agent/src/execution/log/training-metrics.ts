import type { FinalMetric } from '@fleetune/domain';
import type { AttemptObserver } from '../attempt-execution.js';
import type { ExecutionClock } from '../executor-options.js';
import type { CompiledMetrics } from './compiled-metrics.js';
import { MetricBatcher } from './metric-batcher.js';
import { MetricScraper, type ScrapeProgress } from './metric-scraper.js';

/** Finds the metrics of one training in its output, tells them, and remembers how far they were told. */
export class TrainingMetrics {
  readonly #scraper: MetricScraper;
  readonly #batcher: MetricBatcher;
  readonly #clock: ExecutionClock;
  /** States in which all that was found had been told, the newest last. */
  #told: { readonly atMs: number; readonly progress: ScrapeProgress }[] = [];
  #nextOffset: number;
  #firstOutputAtMs: number | undefined;

  /** @param from where an earlier agent process came to with the same log. */
  constructor(
    compiled: CompiledMetrics,
    observer: AttemptObserver,
    clock: ExecutionClock,
    from: ScrapeProgress | undefined,
  ) {
    this.#scraper = new MetricScraper(compiled, from);
    this.#clock = clock;
    this.#nextOffset = from?.offset ?? 0;
    this.#batcher = new MetricBatcher((points) => {
      observer.metrics(points);
      if (!this.#batcher.isEmpty) return;
      this.#told.push({ atMs: clock.monotonicMs(), progress: this.#scraper.progress(this.#nextOffset) });
    });
  }

  /** When the first output came, by the monotonic clock. */
  get firstOutputAtMs(): number | undefined {
    return this.#firstOutputAtMs;
  }

  /**
   * @param nextOffset where in the log the output after it begins.
   * @param timestampMs when it was printed.
   */
  feed(chunk: Buffer, nextOffset: number, timestampMs = this.#clock.nowMs()): void {
    this.#firstOutputAtMs ??= this.#clock.monotonicMs();
    this.#nextOffset = nextOffset;
    this.#batcher.add(this.#scraper.feed(chunk, timestampMs));
  }

  /** Tells what is left, a last line without an end included. @returns the last value of each metric. */
  finish(): FinalMetric[] {
    this.#batcher.add(this.#scraper.finish(this.#clock.nowMs()));
    this.#batcher.finish();
    return this.#scraper.finalMetrics();
  }

  /** The newest state of which everything was told before `untilMs`; once. */
  takeTold(untilMs: number): ScrapeProgress | undefined {
    const durable = this.#told.filter(({ atMs }) => atMs < untilMs).at(-1);
    if (durable !== undefined) this.#told = this.#told.filter(({ atMs }) => atMs >= untilMs);
    return durable?.progress;
  }
}
