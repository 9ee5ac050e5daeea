import { link, rm, writeFile } from 'node:fs/promises';
import type { DataDirectory } from './data-directory.js';
import { readTextOrNothing } from './data-directory.js';
import { DataDirectoryInUseError } from './errors.js';
import { identifyProcess, isAlive } from './process-identity.js';

/**
 * Marks the directory as served by this process, so that a second one neither takes over nor stops the first one's
 * server. A mark left behind by a dead process does not count.
 *
 * @returns what takes the mark away again.
 * @throws DataDirectoryInUseError
 */
export async function claimDirectory(directory: DataDirectory): Promise<() => Promise<void>> {
  const self = await identifyProcess(process.pid);
  const mark = `${self.pid} ${self.start}\n`;
  const draft = `${directory.owner}.${process.pid}`;
  await writeFile(draft, mark, { mode: 0o600 });
  try {
    for (;;) {
      const linked = await link(draft, directory.owner).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false;
          throw error;
        },
      );
      if (linked) break;
      const holder = await readTextOrNothing(directory.owner);
      const [pid = '', start = ''] = holder.trim().split(' ');
      if (/^[1-9]\d*$/.test(pid) && (await isAlive({ pid: Number(pid), start }))) {
        throw new DataDirectoryInUseError(directory.path, Number(pid));
      }
      if ((await readTextOrNothing(directory.owner)) === holder) await rm(directory.owner, { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readTextOrNothing(directory.owner)) === mark) await rm(directory.owner, { force: true });
  };
}
