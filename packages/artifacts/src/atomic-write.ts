import { createWriteStream } from 'node:fs';
import { constants, copyFile, link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ObjectBody } from './object-store.js';

const PARTIAL_PREFIX = '.fleetune-partial-';
let partialCount = 0;

/** True for the names that unfinished writes go by. */
export function isPartialName(name: string): boolean {
  return name.startsWith(PARTIAL_PREFIX);
}

export interface AtomicWriteOptions {
  /** Survives a loss of power: waits for the disk. Default: false. */
  readonly durably?: boolean;
  /** False fails with EEXIST where there is a file already. Default: true. */
  readonly replace?: boolean;
}

/** Writes beside `path` and renames into place, so that nobody ever sees half of it. Makes the folders it needs. */
export async function writeFileAtomically(
  path: string,
  body: ObjectBody,
  { durably = false, replace = true }: AtomicWriteOptions = {},
): Promise<void> {
  await throughPartial(path, async (partial) => {
    // A clone shares the blocks where the file system can, and is an ordinary copy elsewhere.
    if ('file' in body) await copyFile(body.file, partial, constants.COPYFILE_FICLONE);
    else await pipeline(body, createWriteStream(partial));
    if (durably) await syncToDisk(partial);
    if (replace) await rename(partial, path);
    else await link(partial, path);
    if (durably) await syncToDisk(dirname(path));
  });
}

/** Makes `path` another name of the file `from`, in one step, or a copy where the file system has no links. */
export async function linkFileAtomically(from: string, path: string): Promise<void> {
  await throughPartial(path, async (partial) => {
    await link(from, partial).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw error;
      await copyFile(from, partial, constants.COPYFILE_FICLONE);
    });
    await rename(partial, path);
  });
}

async function throughPartial(path: string, write: (partial: string) => Promise<void>): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const partial = join(folder, `${PARTIAL_PREFIX}${process.pid}-${partialCount++}`);
  try {
    await write(partial);
  } finally {
    // Renamed, it is gone; two names of one file stay two names.
    await rm(partial, { force: true });
  }
}

async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
