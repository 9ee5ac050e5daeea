import type { MetricDefinition } from '@fleetune/domain';
import { RE2JS } from 're2js';

/** Metric definitions whose regular expression no agent could use: not RE2 syntax, or without a group to take the value from. */
export function metricFaults(definitions: readonly MetricDefinition[]): string[] {
  return definitions.flatMap(({ name, regex }) => {
    try {
      const groups = RE2JS.compile(regex).groupCount();
      return groups >= 1
        ? []
        : [`The regular expression of metric "${name}" has no group: put the value in parentheses.`];
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return [`The regular expression of metric "${name}" is not valid (RE2 syntax): ${reason}.`];
    }
  });
}
