import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './binaries.js';
import { type DataDirectory, readTextOrNothing } from './data-directory.js';
import { ServerStartError, UnusableDataDirectoryError } from './errors.js';
import { programEnvironment } from './library-links.js';
import { commandAs, type ServerAccount } from './server-account.js';

export const SUPERUSER = 'fleetune';

/** Major version that the bundled programs can serve. */
const MAJOR_VERSION = '18';

const run = promisify(execFile);

/** True when the directory holds a cluster that this PostgreSQL can serve. @throws UnusableDataDirectoryError */
export async function hasCluster(directory: DataDirectory): Promise<boolean> {
  const version = (await readTextOrNothing(join(directory.cluster, 'PG_VERSION'))).trim();
  if (version === '') return false;
  if (version !== MAJOR_VERSION) {
    throw new UnusableDataDirectoryError(
      `${directory.cluster} was made by PostgreSQL ${version}; this Fleetune brings PostgreSQL ${MAJOR_VERSION}. Serve it with the Fleetune that made it, or move the folder away to start afresh.`,
    );
  }
  if ((await readTextOrNothing(directory.password)) === '') {
    throw new UnusableDataDirectoryError(
      `${directory.cluster} is there but its password file ${directory.password} is gone. Put the file back, or move the folder away to start afresh.`,
    );
  }
  return true;
}

/** Makes the cluster under another name and renames it at the end, so that a crash half-way leaves none. */
export async function createCluster(
  directory: DataDirectory,
  binaries: PostgresBinaries,
  account: ServerAccount,
): Promise<void> {
  const draft = `${directory.cluster}.draft`;
  await rm(draft, { recursive: true, force: true });
  const command = commandAs(account, binaries.initdb, [
    `--pgdata=${draft}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${directory.password}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ]);
  try {
    await run(command.file, command.args, {
      uid: command.uid,
      gid: command.gid,
      cwd: directory.path,
      env: programEnvironment(directory.libraryLinks, binaries),
    });
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    throw new ServerStartError(
      `Creating the database cluster in ${directory.path} failed: ${stderr.trim() || message}`,
    );
  }
  await rename(draft, directory.cluster);
}
