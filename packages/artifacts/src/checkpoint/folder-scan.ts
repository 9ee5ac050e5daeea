import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { isPartialName } from '../atomic-write.js';
import { CHECKPOINT_FOLDER } from './checkpoint-layout.js';

/** What tells that a file is still the same: size, time of change and inode. */
export interface ScannedFile {
  readonly sizeBytes: number;
  readonly stamp: string;
}

/** The ordinary files of a folder by their paths below it. Links are not followed; our own are left out. */
export async function scanFolder(folder: string): Promise<ReadonlyMap<string, ScannedFile>> {
  const files = new Map<string, ScannedFile>();
  // The program may have put a link in its place.
  const real = await realpath(folder).catch(() => undefined);
  if (real !== undefined && !(await isLink(folder))) await scan(real, '', files);
  return files;
}

async function isLink(path: string): Promise<boolean> {
  return (await lstat(path)).isSymbolicLink();
}

async function scan(folder: string, below: string, files: Map<string, ScannedFile>): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    const path = join(folder, entry.name);
    if (below === '' && entry.name.startsWith(CHECKPOINT_FOLDER)) continue;
    if (entry.isDirectory()) await scan(path, name, files);
    else if (entry.isFile() && !isPartialName(entry.name)) {
      const found = await lstat(path, { bigint: true }).catch(() => undefined);
      if (found?.isFile()) {
        files.set(name, { sizeBytes: Number(found.size), stamp: `${found.ino}-${found.size}-${found.mtimeNs}` });
      }
    }
  }
}
