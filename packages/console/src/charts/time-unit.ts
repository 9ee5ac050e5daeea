export interface TimeUnit {
  readonly seconds: number;
  readonly name: string;
}

const UNITS: readonly TimeUnit[] = [
  { seconds: 86_400, name: 'days' },
  { seconds: 3_600, name: 'hours' },
  { seconds: 60, name: 'minutes' },
];

/** The unit in which an axis over so many seconds has round numbers: the largest that fits in at least three times. */
export function timeUnit(spanSeconds: number): TimeUnit {
  return UNITS.find((unit) => spanSeconds >= 3 * unit.seconds) ?? { seconds: 1, name: 'seconds' };
}
