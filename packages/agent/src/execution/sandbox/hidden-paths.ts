import { readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs';

export interface ExistingPath {
  readonly path: string;
  readonly isFolder: boolean;
}

/** What there is to hide right now. What is inside another hidden folder is covered with it. */
export function pathsToHide(paths: readonly string[]): ExistingPath[] {
  const existing = [...new Map(existingPaths(paths).map((one) => [one.path, one])).values()];
  return existing.filter(({ path }) => !existing.some((other) => isInside(path, other.path)));
}

/** Those of the wanted paths that lie inside what is hidden, by their real names. */
export function hiddenAmong(wanted: readonly string[], hiddenPaths: readonly string[]): string[] {
  const hidden = pathsToHide(hiddenPaths);
  return existingPaths(wanted)
    .map(({ path }) => path)
    .filter((path) => hidden.some((one) => isInside(path, one.path)));
}

export function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** Those of the paths that exist right now, by their real names. */
export function existingPaths(paths: readonly string[]): ExistingPath[] {
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
