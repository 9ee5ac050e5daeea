import { constants } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** A file of this machine that goes by `name` in a channel. */
export interface LocalFile {
  readonly name: string;
  readonly path: string;
}

/** Copies files into a folder; where the file system can, without copying their bytes. */
export async function copyAll(files: readonly LocalFile[], folder: string, signal: AbortSignal): Promise<void> {
  await placeAll(files, folder, signal, (from, to) => copyFile(from, to, constants.COPYFILE_FICLONE));
}

/** Makes the folders that the names need, and `place`s one file after the other in them. */
export async function placeAll(
  files: readonly LocalFile[],
  folder: string,
  signal: AbortSignal,
  place: (from: string, to: string) => Promise<void>,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const made = new Set([folder]);
  for (const { name, path } of files) {
    signal.throwIfAborted();
    const target = join(folder, name);
    if (!made.has(dirname(target))) {
      made.add(dirname(target));
      await mkdir(dirname(target), { recursive: true });
    }
    await place(path, target);
  }
}
