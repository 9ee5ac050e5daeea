import { useEffect, useState } from 'react';

/** The time, kept up to date while something runs. */
export function useNow(running: boolean, everyMs = 2_000): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNowMs(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [running, everyMs]);
  return nowMs;
}
