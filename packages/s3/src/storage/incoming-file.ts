import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A file that is being written where nobody looks. */
export interface IncomingFile {
  readonly path: string;
  append(bytes: Uint8Array): Promise<void>;
}

/**
 * Lets `fill` write a new file in `folder`, closes it and hands it to `keep`, which moves it away. Whatever goes wrong,
 * nothing of it stays.
 */
export async function withIncomingFile<Filled, Kept>(
  folder: string,
  fill: (file: IncomingFile) => Promise<Filled>,
  keep: (path: string, filled: Filled) => Promise<Kept>,
): Promise<Kept> {
  const path = join(folder, randomUUID());
  const handle = await openNew(path, folder);
  try {
    let filled: Filled;
    try {
      filled = await fill({ path, append: (bytes) => writeAll(handle, bytes) });
    } finally {
      await handle.close();
    }
    return await keep(path, filled);
  } finally {
    await rm(path, { force: true });
  }
}

async function openNew(path: string, folder: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    await mkdir(folder, { recursive: true });
    return open(path, 'wx');
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}
