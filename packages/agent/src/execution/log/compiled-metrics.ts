import type { MetricDefinition } from '@fleetune/domain';
import { RE2JS } from 're2js';
import { ClientFault, messageOf } from '../attempt-faults.js';
import { parseMetricValue } from './metric-value.js';
import { plainPatternGroups } from './plain-pattern.js';
import { requiredLiteral } from './required-literal.js';

/** Metric definitions of as many jobs are kept; a fleet works at few tuning jobs at a time. */
const KEPT_SETS = 16;

export interface CompiledMetric {
  readonly name: string;
  /** What every matching line contains, its UTF-8 bytes read as latin1; empty when nothing is certain. */
  readonly literal: string;
  /** The metric's value in a line, when it has one. */
  valueIn(line: string): number | undefined;
}

export interface CompiledMetrics {
  readonly metrics: readonly CompiledMetric[];
  /** Finds any of the literals in one pass over latin1 text. Undefined when some metric needs every line. */
  readonly anyLiteral: RegExp | undefined;
}

/** Compiles metric definitions, and remembers the newest: the jobs of a tuning job all have the same. */
export class MetricCompiler {
  readonly #kept = new Map<string, CompiledMetrics>();

  /** @throws ClientFault naming the metric whose regex RE2 refuses, or that has no capture group. */
  compile(definitions: readonly MetricDefinition[]): CompiledMetrics {
    const key = JSON.stringify(definitions.map(({ name, regex }) => [name, regex]));
    const compiled = this.#kept.get(key) ?? compileAll(definitions);
    // The least recently used is the first of the map.
    this.#kept.delete(key);
    this.#kept.set(key, compiled);
    if (this.#kept.size > KEPT_SETS) this.#kept.delete(this.#kept.keys().next().value ?? '');
    return compiled;
  }
}

function compileAll(definitions: readonly MetricDefinition[]): CompiledMetrics {
  const metrics = definitions.map(compileOne);
  const literals = [...new Set(metrics.map(({ literal }) => literal))];
  const isCertain = literals.length > 0 && !literals.includes('');
  return { metrics, anyLiteral: isCertain ? new RegExp(literals.map(escaped).join('|'), 'g') : undefined };
}

function compileOne(definition: MetricDefinition): CompiledMetric {
  const plainGroups = plainPatternGroups(definition.regex);
  // A surely valid pattern is compiled when a line needs it: of a built-in's 62 metrics a job prints a few.
  let pattern = plainGroups === undefined ? compilePattern(definition) : undefined;
  if ((plainGroups ?? pattern?.groupCount() ?? 0) < 1) {
    throw new ClientFault(
      `The regex of metric "${definition.name}" has no capture group (regex: ${definition.regex}). Put the number in parentheses.`,
    );
  }
  return {
    name: definition.name,
    literal: Buffer.from(requiredLiteral(definition.regex)).toString('latin1'),
    valueIn(line) {
      pattern ??= compilePattern(definition);
      const matcher = pattern.matcher(line);
      const text = matcher.find() ? matcher.group(1) : undefined;
      return text === null || text === undefined ? undefined : parseMetricValue(text);
    },
  };
}

function compilePattern({ name, regex }: MetricDefinition): RE2JS {
  try {
    return RE2JS.compile(regex);
  } catch (error) {
    throw new ClientFault(
      `The regex of metric "${name}" cannot be used: ${messageOf(error)} (regex: ${regex}). RE2 syntax is expected.`,
    );
  }
}

function escaped(literal: string): string {
  return literal.replace(/[$()*+./?[\\\]^{|}-]/g, '\\$&');
}
