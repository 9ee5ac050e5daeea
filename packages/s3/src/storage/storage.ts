import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BucketOwners } from './bucket-owners.js';
import { Buckets } from './buckets.js';
import { undefinedIfMissing } from './file-faults.js';
import { KeyLocks } from './key-locks.js';
import { Objects } from './objects.js';
import { Places } from './places.js';
import { SideFiles } from './side-files.js';
import { Uploads } from './uploads.js';

/** Everything that lies under one root. One process at a time may write it through S3. */
export interface Storage {
  readonly places: Places;
  readonly buckets: Buckets;
  readonly owners: BucketOwners;
  readonly objects: Objects;
  readonly sides: SideFiles;
  readonly uploads: Uploads;
}

export function openStorage(root: string): Storage {
  const places = new Places(root);
  const buckets = new Buckets(places);
  const sides = new SideFiles(places);
  const locks = new KeyLocks();
  return {
    places,
    buckets,
    owners: new BucketOwners(places),
    sides,
    objects: new Objects(places, buckets, sides, locks),
    uploads: new Uploads(places, locks),
  };
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Removes what a crash left half written more than a day ago, and uploads that nobody touched for a week. */
export async function removeLeftovers(places: Places, now: Date): Promise<void> {
  await removeOlder(places.incoming, now.getTime() - DAY_MS);
  await removeOlder(places.uploads, now.getTime() - 7 * DAY_MS);
}

async function removeOlder(folder: string, beforeMs: number): Promise<void> {
  for (const name of (await readdir(folder).catch(undefinedIfMissing)) ?? []) {
    const path = join(folder, name);
    const stats = await stat(path).catch(undefinedIfMissing);
    if (stats !== undefined && stats.mtimeMs < beforeMs) await rm(path, { recursive: true, force: true });
  }
}
