import { mkdir, readlink, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { LibraryLink, PostgresBinaries } from './binaries.js';

/**
 * Makes the library names that the programs look for, in a folder of our own.
 *
 * The platform package would make them in its own folder with an install script. npm holds install scripts back, and
 * an installation by root is read-only to the user who runs it, so nothing is ever written there.
 */
export async function linkLibraries(linkDirectory: string, links: readonly LibraryLink[]): Promise<void> {
  await mkdir(linkDirectory, { recursive: true });
  await Promise.all(links.map((link) => linkLibrary(join(linkDirectory, link.name), link.file)));
}

/** The environment in which the programs find both the linked names and the files that the links lead to. */
export function programEnvironment(linkDirectory: string, binaries: PostgresBinaries): NodeJS.ProcessEnv {
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  const path = [linkDirectory, binaries.libraryDirectory, process.env[variable]].filter(Boolean).join(':');
  return { ...process.env, [variable]: path, LC_ALL: 'C' };
}

async function linkLibrary(path: string, file: string): Promise<void> {
  if ((await readlink(path).catch(() => undefined)) === file) return;
  const fresh = `${path}.${process.pid}`;
  await symlink(file, fresh);
  await rename(fresh, path);
}
