/** How the time between a notice and the end of the machine is spent. Both count from the notice. */
export interface InterruptionPlan {
  /** Until programs that still run after SIGTERM are killed; the rest is for storing checkpoints. */
  readonly saveMs: number;
  /** Until whatever is left is ended, so that the server still hears of it. */
  readonly endMs: number;
}

/** Kept back at the end for the report, and for clocks that differ. */
const MARGIN_MS = 3_000;
/** Kept back for storing the last checkpoint. */
const STORE_MS = 30_000;

/**
 * Two minutes, as on Amazon EC2: 87 s to save, 30 s to store, 3 s to report. Half a minute, as elsewhere: 18, 9 and 3.
 * Of less, the program gets a bit more than half.
 */
export function interruptionPlan(leftMs: number): InterruptionPlan {
  const endMs = leftMs - Math.min(MARGIN_MS, leftMs / 5);
  return { saveMs: endMs - Math.min(STORE_MS, endMs / 3), endMs };
}
