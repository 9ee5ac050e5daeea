import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What lies where in the data directory of an embedded PostgreSQL. */
export interface DataDirectory {
  readonly path: string;
  /** PostgreSQL's own folder. It appears complete or not at all. */
  readonly cluster: string;
  readonly libraryLinks: string;
  /** Password of the superuser, mode 0600. */
  readonly password: string;
  /** The TCP port of the last run, tried first by the next. */
  readonly port: string;
  /** Who serves this directory now. */
  readonly owner: string;
  readonly serverLog: string;
}

export async function openDataDirectory(path: string): Promise<DataDirectory> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  return {
    path,
    cluster: join(path, 'cluster'),
    libraryLinks: join(path, 'libraries'),
    password: join(path, 'password'),
    port: join(path, 'port'),
    owner: join(path, 'owner'),
    serverLog: join(path, 'server.log'),
  };
}

/** The superuser's password; made up and kept at the first call. */
export async function readOrCreatePassword(directory: DataDirectory): Promise<string> {
  const kept = (await readTextOrNothing(directory.password)).trim();
  if (kept !== '') return kept;
  const password = randomBytes(24).toString('base64url');
  await writeWhole(directory.password, `${password}\n`);
  return password;
}

export async function readTextOrNothing(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}

/** Writes a file that only its owner may read, so that a crash leaves the old text or the new one. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const fresh = `${path}.${process.pid}`;
  await writeFile(fresh, text, { mode: 0o600, flush: true });
  await rename(fresh, path);
}
