import { readFileSync } from 'node:fs';

/** How far programs on this machine may raise their limits; infinite where there is no end, or it is not known. */
export interface HardLimits {
  readonly openFiles: number;
  readonly processes: number;
}

/** The limits of this process. An engine can pass them on, but not always more. */
export function ownHardLimits(): HardLimits {
  let text = '';
  try {
    text = readFileSync('/proc/self/limits', 'utf8');
  } catch {
    // Not Linux: the engine runs in a machine of its own.
  }
  return { openFiles: hardLimit(text, 'Max open files'), processes: hardLimit(text, 'Max processes') };
}

function hardLimit(text: string, name: string): number {
  const hard = new RegExp(`^${name}\\s+\\S+\\s+(\\d+)`, 'm').exec(text)?.[1];
  return hard === undefined ? Number.POSITIVE_INFINITY : Number(hard);
}
