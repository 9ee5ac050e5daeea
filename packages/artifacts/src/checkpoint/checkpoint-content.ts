import type { CheckpointFile } from './checkpoint-manifest.js';
import type { ScannedFile } from './folder-scan.js';

/** How many scans a checkpoint waits for files that keep changing, before it is made without their newest bytes. */
const PATIENCE_SCANS = 3;

/** A file as it was stored, and what it looked like then. */
export interface StoredFile extends CheckpointFile {
  readonly stamp: string;
}

/** What one scan leads to. */
export interface NextCheckpoint {
  /** Changed, and at rest since the scan before: to be stored. */
  readonly toStore: readonly string[];
  /** Stored as they are already, or still being written and stored in an older state. */
  readonly toKeep: readonly StoredFile[];
}

/**
 * Decides what the next checkpoint is made of: files that were the same in two scans. It waits, a few scans long, until
 * nothing is being written, so that files that belong together come together.
 *
 * @param waited how many scans in a row have waited already.
 * @returns undefined when it has to wait or nothing is new.
 */
export function nextCheckpoint(
  now: ReadonlyMap<string, ScannedFile>,
  before: ReadonlyMap<string, ScannedFile>,
  stored: ReadonlyMap<string, StoredFile>,
  waited: number,
): NextCheckpoint | 'wait' | undefined {
  const toStore: string[] = [];
  const toKeep: StoredFile[] = [];
  let isBeingWritten = false;
  for (const [name, { stamp }] of now) {
    const known = stored.get(name);
    if (known?.stamp === stamp) toKeep.push(known);
    else if (before.get(name)?.stamp === stamp) toStore.push(name);
    else {
      isBeingWritten = true;
      if (known !== undefined) toKeep.push(known);
    }
  }
  if (isBeingWritten && waited < PATIENCE_SCANS) return 'wait';
  const isNew = toStore.length > 0 || toKeep.length !== stored.size;
  return isNew ? { toStore, toKeep } : undefined;
}
