/** The longest time one timer can take, about 24.8 days; jobs may run for 28. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls back once after `delayMs`, however long that is; never for 0. Returns what cancels it. */
export function callAfter(delayMs: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (leftMs: number) => {
    const stepMs = Math.min(leftMs, LONGEST_TIMER_MS);
    timer = setTimeout(() => (leftMs > stepMs ? wait(leftMs - stepMs) : callback()), stepMs);
  };
  if (delayMs > 0) wait(delayMs);
  return () => clearTimeout(timer);
}
