import { readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';

export interface HiddenPath {
  readonly path: string;
  readonly isFolder: boolean;
}

/** What there is to hide right now, by real paths: a missing path hides nothing. */
export function existingPaths(paths: readonly string[]): HiddenPath[] {
  return paths.flatMap((wanted) => {
    try {
      const path = realpathSync(wanted);
      return { path, isFolder: statSync(path).isDirectory() };
    } catch {
      return [];
    }
  });
}

export interface OptEntry {
  readonly name: string;
  readonly kind: 'folder' | 'file' | 'link';
  /** Of a link. */
  readonly target: string;
}

/** What the host keeps in `/opt` beside `ml`, which the program must go on seeing. */
export function otherOptEntries(): OptEntry[] {
  try {
    return readdirSync('/opt', { withFileTypes: true })
      .filter((entry) => entry.name !== 'ml')
      .map((entry) => ({
        name: entry.name,
        kind: entry.isSymbolicLink() ? 'link' : entry.isDirectory() ? 'folder' : 'file',
        target: entry.isSymbolicLink() ? readlinkSync(`/opt/${entry.name}`) : '',
      }));
  } catch {
    return [];
  }
}
