import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Opens a file of a folder that somebody else may be changing, for reading. Undefined when there is no ordinary file of
 * that name, or when a link leads to one outside the folder.
 */
export async function openInside(folder: string, name: string): Promise<FileHandle | undefined> {
  const path = join(folder, name);
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(path, flags).catch(() => undefined);
  if (handle === undefined) return undefined;
  if ((await handle.stat()).isFile() && (await pathOfOpen(handle, path)) === join(await realpath(folder), name)) {
    return handle;
  }
  await handle.close();
  return undefined;
}

/** Where the open file really lies. Outside Linux only the name tells, which a swapped folder could deceive. */
async function pathOfOpen(handle: FileHandle, path: string): Promise<string> {
  return process.platform === 'linux' ? readlink(`/proc/self/fd/${handle.fd}`) : realpath(path);
}
