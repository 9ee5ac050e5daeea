const FIRST_MS = 200;
const LONGEST_MS = 5_000;

/**
 * How long to wait before the next try: doubling from 0.2 s to 5 s, of which the upper half is left to chance, so that
 * a fleet does not come back all at once.
 */
export function backoffMs(failuresBefore: number, random: () => number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failuresBefore, 16));
  return full * (0.5 + 0.5 * random());
}
