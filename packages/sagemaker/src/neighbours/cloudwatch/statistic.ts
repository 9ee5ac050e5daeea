import { InvalidInputError } from '../input.js';

/** One number for the values of a period, of which there is at least one. */
export type Statistic = (values: readonly number[]) => number;

/** @param name such as `Average`, `SampleCount` or `p99.5`. @throws InvalidInputError */
export function statistic(name: string): Statistic {
  const known = STATISTICS[name];
  if (known !== undefined && Object.hasOwn(STATISTICS, name)) return known;
  const percent = Number(/^p(\d{1,3}(?:\.\d{1,10})?)$/.exec(name)?.[1] ?? Number.NaN);
  if (percent >= 0 && percent <= 100) return (values) => percentile(values, percent);
  throw new InvalidInputError(
    `The statistic ${name} is not one that Fleetune computes: ${Object.keys(STATISTICS).join(', ')}, and p0 to p100.`,
  );
}

const STATISTICS: Readonly<Record<string, Statistic>> = {
  Average: (values) => sum(values) / values.length,
  Maximum: (values) => values.reduce((a, b) => Math.max(a, b)),
  Minimum: (values) => values.reduce((a, b) => Math.min(a, b)),
  SampleCount: (values) => values.length,
  Sum: sum,
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Between the two nearest ranks, in proportion. */
function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (percent / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(rank)] ?? Number.NaN;
  const above = sorted[Math.ceil(rank)] ?? Number.NaN;
  return below + (above - below) * (rank - Math.floor(rank));
}
