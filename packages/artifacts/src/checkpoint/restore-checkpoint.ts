import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArtifactNotFoundError } from '../artifact-errors.js';
import { downloadEntries } from '../folder-transfer.js';
import { inParallel } from '../in-parallel.js';
import type { ObjectEntry, ObjectStore } from '../object-store.js';
import { joinUri } from '../object-uri.js';
import {
  CHECKPOINT_FOLDER,
  type CheckpointLayout,
  type CheckpointOwner,
  checkpointLayout,
} from './checkpoint-layout.js';
import { type CheckpointManifest, listManifests, readManifest } from './checkpoint-manifest.js';

/** Where the program's first files came from. */
export type RestoredCheckpoint =
  | { readonly from: 'manifest'; readonly manifest: CheckpointManifest }
  /** The job's first attempt, and somebody else has put files there: an earlier job, or its author. */
  | { readonly from: 'objects'; readonly count: number }
  | { readonly from: 'nothing' };

/**
 * Puts the newest complete checkpoint of a training job into the empty folder `folder`. One with a missing or damaged
 * file is passed over for the one before it; those of a newer attempt are not looked at.
 */
export async function restoreCheckpoint(
  store: ObjectStore,
  prefixUri: string,
  owner: CheckpointOwner,
  folder: string,
  signal: AbortSignal,
): Promise<RestoredCheckpoint> {
  const layout = checkpointLayout(prefixUri, owner.trainingJobId);
  const numbers = (await listManifests(store, layout)).filter(({ fence }) => fence <= owner.fence);
  for (const number of numbers) {
    signal.throwIfAborted();
    const manifest = await readManifest(store, layout, owner, number);
    if (manifest !== undefined && (await fetchFiles(store, layout, manifest, folder, signal))) {
      return { from: 'manifest', manifest };
    }
  }
  if (numbers.length > 0) return { from: 'nothing' };
  const count = await downloadEntries(store, placedByOthers(store, prefixUri), folder, { signal });
  return count === 0 ? { from: 'nothing' } : { from: 'objects', count };
}

/** @returns false, and leaves nothing, when a file is missing or has not the bytes that the manifest says. */
async function fetchFiles(
  store: ObjectStore,
  layout: CheckpointLayout,
  { files }: CheckpointManifest,
  folder: string,
  signal: AbortSignal,
): Promise<boolean> {
  const incoming = join(folder, `.fleetune-restoring-${process.pid}`);
  try {
    let isWhole = true;
    await inParallel(files, async ({ name, sha256 }) => {
      if (!isWhole) return;
      const path = join(incoming, name);
      await mkdir(dirname(path), { recursive: true });
      isWhole = (await fetchBlob(store, layout.blobUri(sha256), path, signal)) === sha256 && isWhole;
    });
    if (!isWhole) return false;
    for (const { name } of files) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await rename(join(incoming, name), join(folder, name));
    }
    return true;
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

/** @returns the SHA-256 of what was written; undefined when there is no such blob. */
async function fetchBlob(
  store: ObjectStore,
  uri: string,
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const hash = createHash('sha256');
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    await pipeline(await store.get(uri), measure, createWriteStream(path), { signal });
    return hash.digest('hex');
  } catch (error) {
    if (error instanceof ArtifactNotFoundError) return undefined;
    throw error;
  }
}

async function* placedByOthers(store: ObjectStore, prefixUri: string): AsyncGenerator<ObjectEntry> {
  for await (const entry of store.list(joinUri(prefixUri, ''))) {
    if (!entry.name.startsWith(`${CHECKPOINT_FOLDER}/`)) yield entry;
  }
}
