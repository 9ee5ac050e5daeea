import { readFileSync } from 'node:fs';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes the state directory and holds it for this process: a second agent on it would take the first one's running
 * attempts for orphans and kill them. A lock left by a process that is gone is taken over.
 *
 * @returns gives the directory back.
 * @throws StateDirectoryInUseError
 */
export async function lockStateDirectory(stateDirectory: string): Promise<() => Promise<void>> {
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  const path = join(stateDirectory, 'agent.lock');
  if (!(await tryCreate(path))) {
    const holder = await readFile(path, 'utf8').catch(() => '');
    if (isAlive(holder)) throw new StateDirectoryInUseError(stateDirectory, Number.parseInt(holder, 10));
    await rm(path, { force: true });
    if (!(await tryCreate(path))) throw new StateDirectoryInUseError(stateDirectory, undefined);
  }
  return () => rm(path, { force: true });
}

/** Another agent works from this directory. */
export class StateDirectoryInUseError extends Error {
  override readonly name = 'StateDirectoryInUseError';
  constructor(stateDirectory: string, processId: number | undefined) {
    const holder = processId === undefined ? 'another process' : `process ${processId}`;
    super(`${stateDirectory} is in use by the agent of ${holder}; stop it, or give this agent its own directory.`);
  }
}

async function tryCreate(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(`${process.pid} ${startTimeOf(process.pid)}`);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** The start time tells a living holder from a stranger that got its process id, as happens in containers. */
function isAlive(holder: string): boolean {
  const [pidText, startTime] = holder.split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return startTimeOf(pid) === startTime;
}

/** In clock ticks since boot; empty where there is no /proc. */
function startTimeOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
