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
 * @returns undefined when the file is not there any more, or changed while it was read.
 */
export async function storeFile(
  store: ObjectStore,
  layout: CheckpointLayout,
  folder: string,
  name: string,
  isStored: (sha256: string) => boolean,
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
      await store.put(layout.blobUri(sha256), handle.createReadStream({ start: 0, autoClose: false }));
      if ((await stampOf(handle)) !== stamp) {
        // What was stored may not be what its name says.
        await store.delete(layout.blobUri(sha256));
        return undefined;
      }
    }
    return { name, sizeBytes: size, sha256, stamp };
  } finally {
    await handle.close();
  }
}

async function stampOf(handle: FileHandle): Promise<string> {
  const found = await handle.stat({ bigint: true });
  return `${found.ino}-${found.size}-${found.mtimeNs}`;
}
