import type { FinalMetric, MetricPoint } from '@fleetune/domain';
import type { CompiledMetric, CompiledMetrics } from './compiled-metrics.js';

/** Longer lines are looked at up to here. */
const LINE_LIMIT_BYTES = 64 * 1024;
const NEWLINE = 10;

interface Scraped {
  readonly metric: CompiledMetric;
  nextStep: number;
  last: FinalMetric | undefined;
}

/** How far a log was searched, and what was found until there. */
export interface ScrapeProgress {
  /** In the log; a line begins there. */
  readonly offset: number;
  readonly series: readonly { readonly name: string; readonly nextStep: number; readonly last: FinalMetric }[];
}

/**
 * Finds metrics in a program's output, which comes in pieces cut anywhere. Each definition matches at most once a line;
 * the value is its first capture group. NaN and infinities are kept. Points come in the order of the lines.
 */
export class MetricScraper {
  readonly #scraped: readonly Scraped[];
  readonly #anyLiteral: RegExp | undefined;
  #carried: Buffer[] = [];
  #carriedBytes = 0;
  /** Of the line that has not ended, past its limit too. */
  #unfinishedBytes = 0;

  /** @param from where an earlier scraper of the same log came to. */
  constructor({ metrics, anyLiteral }: CompiledMetrics, from?: ScrapeProgress) {
    this.#scraped = metrics.map((metric) => {
      const found = from?.series.find(({ name }) => name === metric.name);
      return { metric, nextStep: found?.nextStep ?? 0, last: found?.last };
    });
    this.#anyLiteral = anyLiteral;
  }

  /** @param nextOffset where the output that follows begins. */
  progress(nextOffset: number): ScrapeProgress {
    const series = this.#scraped.flatMap(({ metric, nextStep, last }) =>
      last === undefined ? [] : [{ name: metric.name, nextStep, last }],
    );
    return { offset: nextOffset - this.#unfinishedBytes, series };
  }

  /** The points that this piece of output completes. */
  feed(chunk: Buffer, timestampMs: number): MetricPoint[] {
    const points: MetricPoint[] = [];
    if (this.#scraped.length === 0) return points;
    const lastNewline = chunk.lastIndexOf(NEWLINE);
    this.#unfinishedBytes = (lastNewline === -1 ? this.#unfinishedBytes : 0) + chunk.length - lastNewline - 1;
    if (lastNewline === -1) {
      this.#carry(chunk);
      return points;
    }
    const firstNewline = this.#carriedBytes > 0 ? chunk.indexOf(NEWLINE) : -1;
    if (firstNewline !== -1) {
      this.#carry(chunk.subarray(0, firstNewline));
      this.#endCarriedLine(points, timestampMs);
    }
    if (firstNewline < lastNewline) {
      this.#scrapeLines(chunk.subarray(firstNewline + 1, lastNewline), points, timestampMs);
    }
    this.#carry(chunk.subarray(lastNewline + 1));
    return points;
  }

  /** The points of a last line that no newline ended. */
  finish(timestampMs: number): MetricPoint[] {
    const points: MetricPoint[] = [];
    if (this.#carriedBytes > 0) this.#endCarriedLine(points, timestampMs);
    return points;
  }

  /** The last value of each metric that appeared. */
  finalMetrics(): FinalMetric[] {
    return this.#scraped.flatMap(({ last }) => last ?? []);
  }

  #carry(piece: Buffer): void {
    const room = LINE_LIMIT_BYTES - this.#carriedBytes;
    if (piece.length === 0 || room <= 0) return;
    // Copied: the piece shares its memory with a whole chunk of output.
    this.#carried.push(Buffer.from(piece.subarray(0, room)));
    this.#carriedBytes += Math.min(piece.length, room);
  }

  #endCarriedLine(points: MetricPoint[], timestampMs: number): void {
    this.#scrapeLines(Buffer.concat(this.#carried), points, timestampMs);
    this.#carried = [];
    this.#carriedBytes = 0;
  }

  #scrapeLines(lines: Buffer, points: MetricPoint[], timestampMs: number): void {
    // A character a byte: searching it is fast, and its places are those of the bytes.
    const text = lines.toString('latin1');
    for (let from = 0; from < text.length; ) {
      const at = this.#nextCandidate(text, from);
      if (at === -1) return;
      const start = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
      const newline = text.indexOf('\n', at);
      const end = newline === -1 ? text.length : newline;
      this.#scrapeLine(lines.subarray(start, Math.min(end, start + LINE_LIMIT_BYTES)), points, timestampMs);
      from = end + 1;
    }
  }

  /** A place in the next line that may hold a metric. */
  #nextCandidate(text: string, from: number): number {
    const anyLiteral = this.#anyLiteral;
    if (anyLiteral === undefined) return from;
    anyLiteral.lastIndex = from;
    return anyLiteral.exec(text)?.index ?? -1;
  }

  #scrapeLine(bytes: Buffer, points: MetricPoint[], timestampMs: number): void {
    const latin1 = bytes.toString('latin1');
    const line = bytes.toString('utf8').replace(/\r$/, '');
    for (const scraped of this.#scraped) {
      const { metric } = scraped;
      if (!latin1.includes(metric.literal)) continue;
      const value = metric.valueIn(line);
      if (value === undefined) continue;
      points.push({ name: metric.name, value, step: scraped.nextStep++, timestampMs });
      scraped.last = { name: metric.name, value, timestampMs };
    }
  }
}
