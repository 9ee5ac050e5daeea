import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { ArtifactStoreError } from './artifact-errors.js';
import { writeFileAtomically } from './atomic-write.js';
import type { ObjectEntry, ObjectStore } from './object-store.js';
import { joinUri } from './object-uri.js';

/** How many objects travel side by side. */
const TRANSFERS_AT_ONCE = 8;

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
  let count = 0;
  await inParallel(store.list(prefixUri), async (entry) => {
    options.signal?.throwIfAborted();
    const body = await store.get(entry.uri);
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
 * Copies every file in `folder` and below under a prefix. Links, sockets and pipes are left out.
 *
 * @returns how many files were copied.
 */
export async function uploadFolder(store: ObjectStore, folder: string, prefixUri: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  await inParallel(files, async (file) => {
    const segments = file.slice(folder.length).split(sep).filter(Boolean);
    await store.put(joinUri(prefixUri, ...segments), { file });
  });
  return files.length;
}

async function inParallel<T>(
  source: AsyncIterable<T> | Iterable<T>,
  transfer: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  try {
    for await (const item of source) {
      const one = transfer(item).finally(() => running.delete(one));
      running.add(one);
      // Looked at below; until then it must not count as unhandled.
      one.catch(() => undefined);
      if (running.size >= TRANSFERS_AT_ONCE) await Promise.race(running);
    }
    await Promise.all(running);
  } finally {
    await Promise.allSettled(running);
  }
}
