import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionClock } from './executor-options.js';

const GIB = 1024 ** 3;
const BLOCK_BYTES = 512;

/** Watches how much disk an attempt uses. */
export interface DiskWatch {
  /** Measures now; true when it is over the limit. */
  isExceeded(): Promise<boolean>;
  stop(): void;
}

/**
 * Measures `folder` again and again, as `du` does, and calls `onExceeded` once when it holds more than `limitGib`. A
 * limit of 0 watches nothing. Links right in it are followed: they are the agent's, to what it has moved elsewhere.
 */
export function watchDisk(
  folder: string,
  limitGib: number,
  everyMs: number,
  clock: ExecutionClock,
  onExceeded: () => void,
): DiskWatch {
  let timer: NodeJS.Timeout | undefined;
  let stopped = limitGib === 0;
  const isExceeded = async () => limitGib > 0 && (await usedBytes(folder, true)) > limitGib * GIB;
  const check = async () => {
    const startedAt = clock.monotonicMs();
    const exceeded = await isExceeded();
    if (stopped) return;
    if (exceeded) return onExceeded();
    // Where measuring is slow (very many files), it is done less often.
    const pauseMs = Math.max(everyMs, 20 * (clock.monotonicMs() - startedAt));
    timer = setTimeout(() => void check(), pauseMs);
  };
  if (!stopped) timer = setTimeout(() => void check(), everyMs);
  return {
    isExceeded,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function usedBytes(folder: string, followLinks = false): Promise<number> {
  // What disappears while it is counted counts nothing.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  let sum = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() || (followLinks && entry.isSymbolicLink())) sum += await usedBytes(path);
    else
      sum += await lstat(path).then(
        (found) => (found.blocks * BLOCK_BYTES) / Math.max(1, found.nlink),
        () => 0,
      );
  }
  return sum;
}
