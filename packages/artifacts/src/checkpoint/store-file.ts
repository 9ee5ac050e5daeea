import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { ObjectStore } from '../object-store.js';
import { openInside } from '../open-inside.js';
import type { StoredFile } from './checkpoint-content.js';
import type { CheckpointLayout } from './checkpoint-layout.js';

/**
 * Stores a file of the checkpoint folder under its SHA-256, unless it is stored already.
 *
 * @param isStored tells whether a blob is part of a checkpoint, so that its bytes are known to be whole.
 * @param putting the blobs that this commit is putting, by SHA-256: files with the same content share one.
 * @returns undefined when the file is not there any more, or it or one with the same content changed while it was read.
 */
export async function storeFile(
  store: ObjectStore,
  layout: CheckpointLayout,
  folder: string,
  name: string,
  isStored: (sha256: string) => boolean,
  putting: Map<string, Promise<boolean>>,
): Promise<StoredFile | undefined> {
  const handle = await openInside(folder, name);
  if (handle === undefined) return undefined;
  try {
    const stamp = await stampOf(handle);
    const hash = createHash('sha256');
    await pipeline(handle.createReadStream({ start: 0, autoClose: false }), hash);
    const sha256 = hash.digest('hex');
    const { size } = await handle.stat();
    if ((await stampOf(handle)) !== stamp) return undefined;
    if (!isStored(sha256)) {
      const put = putting.get(sha256) ?? putBlob(store, layout.blobUri(sha256), handle, stamp);
      putting.set(sha256, put);
      if (!(await put)) return undefined;
    }
    return { name, sizeBytes: size, sha256, stamp };
  } finally {
    await handle.close();
  }
}

/** @returns false when the file changed meanwhile: what was stored may not be what its name says, and is taken away. */
async function putBlob(store: ObjectStore, uri: string, handle: FileHandle, stamp: string): Promise<boolean> {
  await store.put(uri, handle.createReadStream({ start: 0, autoClose: false }));
  if ((await stampOf(handle)) === stamp) return true;
  await store.delete(uri);
  return false;
}

async function stampOf(handle: FileHandle): Promise<string> {
  const found = await handle.stat({ bigint: true });
  return `${found.ino}-${found.size}-${found.mtimeNs}`;
}
