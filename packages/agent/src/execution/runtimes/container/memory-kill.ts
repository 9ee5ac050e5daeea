import { closeSync, constants, openSync, readSync } from 'node:fs';

/** One record of the kernel's log is never longer. */
const RECORD_BYTES = 8192;
const MOST_RECORDS = 100_000;

/**
 * Whether the kernel's log says that a process of the container was killed because the container had used all its memory.
 * Older engines do not say so themselves. False where the log cannot be read.
 */
export function kernelKilledForMemory(containerId: string): boolean {
  let log: number;
  try {
    log = openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return false;
  }
  const buffer = Buffer.alloc(RECORD_BYTES);
  try {
    for (let record = 0; record < MOST_RECORDS; record++) {
      const text = nextRecord(log, buffer);
      if (text === undefined) return false;
      if (text.includes('oom-kill:constraint=CONSTRAINT_MEMCG') && text.includes(containerId)) return true;
    }
    return false;
  } finally {
    closeSync(log);
  }
}

/** Undefined after the last record there is. */
function nextRecord(log: number, buffer: Buffer): string | undefined {
  try {
    return buffer.toString('latin1', 0, readSync(log, buffer));
  } catch (error) {
    // The record was overwritten while it was to be read; the next one is there.
    return (error as NodeJS.ErrnoException).code === 'EPIPE' ? '' : undefined;
  }
}
