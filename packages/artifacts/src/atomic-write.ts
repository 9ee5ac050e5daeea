import { createWriteStream } from 'node:fs';
import { constants, copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ObjectBody } from './object-store.js';

const PARTIAL_PREFIX = '.fleetune-partial-';
let partialCount = 0;

/** True for the names that unfinished writes go by. */
export function isPartialName(name: string): boolean {
  return name.startsWith(PARTIAL_PREFIX);
}

/** Writes beside `path` and renames into place, so that nobody ever sees half of it. Makes the folders it needs. */
export async function writeFileAtomically(path: string, body: ObjectBody): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const partial = join(folder, `${PARTIAL_PREFIX}${process.pid}-${partialCount++}`);
  try {
    // A clone shares the blocks where the file system can, and is an ordinary copy elsewhere.
    if ('file' in body) await copyFile(body.file, partial, constants.COPYFILE_FICLONE);
    else await pipeline(body, createWriteStream(partial));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
