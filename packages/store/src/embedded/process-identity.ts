import { readFile } from 'node:fs/promises';

/** Names a process for ever, where its id alone is given to others after its end. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks since boot; `unknown` where the system does not say. */
  readonly start: string;
}

export async function identifyProcess(pid: number): Promise<ProcessIdentity> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The command in parentheses may hold spaces; the start time is the 20th field after it.
  return { pid, start: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 'unknown' };
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return processExists(identity.pid) && (await identifyProcess(identity.pid)).start === identity.start;
}

/** Sending signal 0 asks whether the process is there. One that belongs to somebody else answers EPERM. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
