import type { Stats } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create, extract, type ReadEntry } from 'tar';
import { ArchiveError } from './artifact-errors.js';

/**
 * What `folder` holds, as the bytes of a .tar.gz whose entries have no leading folder. Links are stored as links and
 * never followed, so an archive holds nothing from outside the folder.
 */
export async function createTarGz(folder: string): Promise<Readable> {
  const names = (await readdir(folder)).map((name) => `./${name}`);
  const options = { cwd: folder, gzip: { level: 6 }, portable: true, follow: false, filter: isStorable } as const;
  const pack = create(options, names);
  const archive = new PassThrough();
  // `tar` tells of a file that it cannot read at any time, also while nobody reads: unheard, that would end the process.
  pack.on('error', (error) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  pack.pipe(archive);
  return archive;
}

/** Pipes, sockets and devices are left out here: left to `tar`, one beside a link makes it wait for ever. */
function isStorable(_path: string, entry: Stats | ReadEntry): boolean {
  return !('isFile' in entry) || entry.isFile() || entry.isDirectory() || entry.isSymbolicLink();
}

/**
 * Unpacks a .tar.gz (or .tar) into `folder`, which it makes. Entries that would land outside the folder, absolute paths
 * and links to the outside are refused.
 *
 * @param name how messages call the archive.
 * @throws ArchiveError when it is damaged or tries to get out.
 */
export async function extractTarGz(archive: Readable, folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  try {
    await pipeline(archive, extract({ cwd: folder, strict: true, preserveOwner: false }));
  } catch (error) {
    throw new ArchiveError(name, error);
  }
}
