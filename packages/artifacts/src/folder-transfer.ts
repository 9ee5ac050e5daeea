import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { ArtifactStoreError } from './artifact-errors.js';
import { writeFileAtomically } from './atomic-write.js';
import { inParallel } from './in-parallel.js';
import type { ObjectEntry, ObjectStore } from './object-store.js';
import { joinUri } from './object-uri.js';
import { openInside } from './open-inside.js';
import { readResuming } from './read-resuming.js';

export interface DownloadOptions {
  readonly signal?: AbortSignal;
  /** Changes an object on its way, for example by decompressing it. */
  readonly convert?: (entry: ObjectEntry, body: Readable) => { readonly name: string; readonly body: Readable };
}

/**
 * Copies every object under a prefix into `folder`, below which each keeps its name.
 *
 * @returns how many objects were copied; 0 when there was nothing under the prefix.
 */
export async function downloadPrefix(
  store: ObjectStore,
  prefixUri: string,
  folder: string,
  options: DownloadOptions = {},
): Promise<number> {
  return downloadEntries(store, store.list(prefixUri), folder, options);
}

/** Copies the objects of a listing into `folder`, below which each keeps its name. @returns how many they were. */
export async function downloadEntries(
  store: ObjectStore,
  entries: AsyncIterable<ObjectEntry> | Iterable<ObjectEntry>,
  folder: string,
  options: DownloadOptions = {},
): Promise<number> {
  let count = 0;
  await inParallel(entries, async (entry) => {
    options.signal?.throwIfAborted();
    const body = readResuming(store, entry, options.signal);
    const piece = options.convert?.(entry, body) ?? { name: entry.name, body };
    const target = join(folder, piece.name);
    if (!target.startsWith(folder + sep)) {
      throw new ArtifactStoreError('read', entry.uri, new Error(`its name "${piece.name}" leads out of the folder`));
    }
    const abort = () => piece.body.destroy(new Error('The download was stopped.'));
    options.signal?.addEventListener('abort', abort, { once: true });
    try {
      await writeFileAtomically(target, piece.body);
    } finally {
      options.signal?.removeEventListener('abort', abort);
    }
    count += 1;
  });
  return count;
}

/**
 * Copies every file in `folder` and below under a prefix. Links, sockets and pipes are left out, and nothing outside
 * the folder is read, whatever links are put in the way meanwhile.
 *
 * @returns how many files were copied.
 */
export async function uploadFolder(
  store: ObjectStore,
  folder: string,
  prefixUri: string,
  signal?: AbortSignal,
): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  let count = 0;
  await inParallel(files, async (file) => {
    signal?.throwIfAborted();
    const segments = file.slice(folder.length).split(sep).filter(Boolean);
    const handle = await openInside(folder, segments.join('/'));
    if (handle === undefined) return;
    const body = handle.createReadStream();
    const abort = () => body.destroy(new Error('The upload was given up.'));
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await store.put(joinUri(prefixUri, ...segments), body);
      count += 1;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  });
  return count;
}
