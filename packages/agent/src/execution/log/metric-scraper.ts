import type { FinalMetric, MetricDefinition, MetricPoint } from '@fleetune/domain';
import { RE2JS } from 're2js';
import { ClientFault, messageOf } from '../attempt-faults.js';
import { parseMetricValue } from './metric-value.js';
import { requiredLiteral } from './required-literal.js';

/** Longer lines are looked at up to here. */
const LINE_LIMIT_BYTES = 64 * 1024;
const NEWLINE = 10;

interface Scraped {
  readonly name: string;
  readonly pattern: RE2JS;
  /** Bytes that every matching line contains; empty when none are certain. */
  readonly literal: Buffer;
  nextStep: number;
  last: FinalMetric | undefined;
}

/**
 * Finds metrics in a program's output, which comes in pieces cut anywhere. Each definition matches at most once a line;
 * the value is its first capture group. NaN and infinities are kept.
 */
export class MetricScraper {
  readonly #metrics: readonly Scraped[];
  #carried: Buffer[] = [];
  #carriedBytes = 0;

  /** @throws ClientFault naming the metric whose regex RE2 refuses, or that has no capture group. */
  constructor(definitions: readonly MetricDefinition[]) {
    this.#metrics = definitions.map((definition) => ({
      name: definition.name,
      pattern: compile(definition),
      literal: Buffer.from(requiredLiteral(definition.regex)),
      nextStep: 0,
      last: undefined,
    }));
  }

  /** The points that this piece of output completes. */
  feed(chunk: Buffer, timestampMs: number): MetricPoint[] {
    const points: MetricPoint[] = [];
    if (this.#metrics.length === 0) return points;
    const lastNewline = chunk.lastIndexOf(NEWLINE);
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
    return this.#metrics.flatMap((metric) => metric.last ?? []);
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
    for (const metric of this.#metrics) {
      let at = lines.indexOf(metric.literal);
      while (at !== -1 && at < lines.length) {
        const start = at === 0 ? 0 : lines.lastIndexOf(NEWLINE, at - 1) + 1;
        const newline = lines.indexOf(NEWLINE, at);
        const end = newline === -1 ? lines.length : newline;
        const value = match(metric.pattern, lines.subarray(start, Math.min(end, start + LINE_LIMIT_BYTES)));
        if (value !== undefined) {
          points.push({ name: metric.name, value, step: metric.nextStep++, timestampMs });
          metric.last = { name: metric.name, value, timestampMs };
        }
        at = end + 1 > lines.length ? -1 : lines.indexOf(metric.literal, end + 1);
      }
    }
  }
}

function compile(definition: MetricDefinition): RE2JS {
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(definition.regex);
  } catch (error) {
    throw new ClientFault(
      `The regex of metric "${definition.name}" cannot be used: ${messageOf(error)} (regex: ${definition.regex}). RE2 syntax is expected.`,
    );
  }
  if (pattern.groupCount() < 1) {
    throw new ClientFault(
      `The regex of metric "${definition.name}" has no capture group (regex: ${definition.regex}). Put the number in parentheses.`,
    );
  }
  return pattern;
}

function match(pattern: RE2JS, line: Buffer): number | undefined {
  const matcher = pattern.matcher(line.toString('utf8').replace(/\r$/, ''));
  if (!matcher.find()) return undefined;
  const text = matcher.group(1);
  return text === null || text === undefined ? undefined : parseMetricValue(text);
}
