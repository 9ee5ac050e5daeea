import { execFile } from 'node:child_process';
import { lchown, lstat, readdir, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ServerAccountError } from './errors.js';

/** As whom the server runs. PostgreSQL refuses to run with user id 0. */
export type ServerAccount =
  | { readonly kind: 'self' }
  /** In a user namespace of its own, where this user appears as an ordinary one. The files stay this user's. */
  | { readonly kind: 'user-namespace'; readonly uid: number; readonly gid: number }
  | { readonly kind: 'system-account'; readonly name: string; readonly uid: number; readonly gid: number };

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

const run = promisify(execFile);

/** Accounts that may stand in for root, best first. */
const STAND_INS = ['postgres', 'nobody', 'daemon'];

/**
 * Chooses how to run the server.
 *
 * @param userId of this process; anything but 0 that has an account runs the server as itself.
 * @throws ServerAccountError when there is no account to give the server to.
 */
export async function chooseServerAccount(userId = process.geteuid?.()): Promise<ServerAccount> {
  if (userId !== 0 && hasAccount()) return { kind: 'self' };
  const account = await findStandIn();
  if (await userNamespacesWork(account)) {
    return { kind: 'user-namespace', uid: account.uid, gid: account.gid };
  }
  if (userId === 0) return { kind: 'system-account', ...account };
  throw new ServerAccountError(
    `PostgreSQL needs an account, and user id ${userId} has none in /etc/passwd. Run Fleetune as a user that has one, or give the URL of a PostgreSQL of your own.`,
  );
}

/** The command that runs `file` as `account`. Its process id is the program's own: `unshare` only replaces itself. */
export function commandAs(account: ServerAccount, file: string, args: readonly string[]): Command {
  switch (account.kind) {
    case 'self':
      return { file, args };
    case 'user-namespace':
      return { file: 'unshare', args: [...namespaceArgs(account), file, ...args] };
    case 'system-account':
      return { file, args, uid: account.uid, gid: account.gid };
  }
}

/**
 * Makes `account` the owner of everything in `dataDirectory`, which was perhaps served by another account before.
 *
 * @throws ServerAccountError when the account cannot reach the data directory or the programs.
 */
export async function grantAccess(account: ServerAccount, dataDirectory: string, program: string): Promise<void> {
  if (account.kind === 'self') return;
  const self = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  const owner = account.kind === 'system-account' ? account : self;
  for (const name of await readdir(dataDirectory)) await changeOwner(join(dataDirectory, name), owner.uid, owner.gid);
  await lchown(dataDirectory, owner.uid, owner.gid);
  const probe = commandAs(account, '/bin/sh', ['-c', 'test -w "$1" && test -x "$2"', 'sh', dataDirectory, program]);
  await run(probe.file, probe.args, { uid: probe.uid, gid: probe.gid, cwd: '/' }).catch(() => {
    throw new ServerAccountError(
      `PostgreSQL does not run as root, and ${describeAccount(account)} cannot reach ${dataDirectory} or ${program}. Run Fleetune as an ordinary user, or keep both where everybody may enter (such as /var/lib and /usr/lib).`,
    );
  });
}

function describeAccount(account: ServerAccount): string {
  return account.kind === 'system-account' ? `the account ${account.name}` : 'root without its privileges';
}

function namespaceArgs(ids: { readonly uid: number; readonly gid: number }): string[] {
  return ['--user', `--map-user=${ids.uid}`, `--map-group=${ids.gid}`, '--'];
}

/** Containers may run as a user id that no account has; initdb refuses that too. */
function hasAccount(): boolean {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
}

async function userNamespacesWork(account: { readonly uid: number; readonly gid: number }): Promise<boolean> {
  try {
    const { stdout } = await run('unshare', [...namespaceArgs(account), 'id', '-u']);
    return stdout.trim() === String(account.uid);
  } catch {
    return false;
  }
}

async function findStandIn(): Promise<{ name: string; uid: number; gid: number }> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
  for (const name of STAND_INS) {
    const fields = lines.find((candidate) => candidate[0] === name);
    const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
    if (Number.isInteger(uid) && Number.isInteger(gid) && uid !== 0) return { name, uid, gid };
  }
  throw new ServerAccountError(
    `PostgreSQL does not run as root, and this machine has none of the accounts ${STAND_INS.join(', ')} to run it as. Run Fleetune as an ordinary user, or give the URL of a PostgreSQL of your own.`,
  );
}

/** A folder changes hands after its contents, so one that has the right owner needs no second look. */
async function changeOwner(path: string, uid: number, gid: number): Promise<void> {
  const stats = await lstat(path);
  if (stats.uid === uid && stats.gid === gid) return;
  if (stats.isDirectory()) {
    for (const name of await readdir(path)) await changeOwner(join(path, name), uid, gid);
  }
  await lchown(path, uid, gid);
}
