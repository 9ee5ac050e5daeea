import type { ChildProcess } from 'node:child_process';
import { signal } from './proc.js';

/** The process that a program's tree hangs on: its launcher, or what looks after the launcher. */
export interface TreeRoot {
  /** Undefined when it could not be started. */
  readonly pid: number | undefined;
  /** The program shares its process group. */
  readonly sharesGroup: boolean;
  isRunning(): boolean;
  /** Resolves when it is gone; never rejects. */
  readonly ended: Promise<void>;
}

/** A launcher that this process has started as the first of a group. */
export function launcherRoot(launcher: ChildProcess): TreeRoot {
  return {
    pid: launcher.pid,
    sharesGroup: true,
    isRunning: () => launcher.exitCode === null && launcher.signalCode === null && launcher.pid !== undefined,
    ended: new Promise<void>((done) => {
      launcher.once('exit', () => done());
      launcher.once('error', () => done());
    }),
  };
}

export function killRoot({ pid }: TreeRoot): void {
  if (pid !== undefined) signal(pid, 'SIGKILL');
}
