import { statfsSync } from 'node:fs';

const LARGEST_DEFAULT_BYTES = 10 * 1024 ** 3;

/** How much input data an agent keeps unless it is told: 10 GiB, but no more than a quarter of what is free now. */
export function defaultCacheBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return Math.min(LARGEST_DEFAULT_BYTES, Math.floor((bavail * bsize) / 4));
}
