import { watch } from 'node:fs';

/** In case the kernel tells nothing: it has no watches left, or does not know them on this file system. */
const LOOK_ANYWAY_MS = 500;

/**
 * Calls back when something in a folder may have changed.
 *
 * @param onChange gets the entry's name, or nothing where that is not known.
 * @returns ends it.
 */
export function watchFolder(path: string, onChange: (name: string | undefined) => void): () => void {
  const timer = setInterval(() => onChange(undefined), LOOK_ANYWAY_MS);
  const watcher = startWatcher(path, onChange);
  return () => {
    clearInterval(timer);
    watcher?.close();
  };
}

function startWatcher(path: string, onChange: (name: string | undefined) => void) {
  try {
    const watcher = watch(path, (_, name) => onChange(name ?? undefined));
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
