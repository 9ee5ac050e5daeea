import type { ChildProcess } from 'node:child_process';
import { taggedPids } from './attempt-tag.js';
import { allPids, childrenOf, commandLineOf, pidNamespaceOf, processIdentity, signal } from './proc.js';
import { killUntilGone, type ProcessTree } from './process-tree.js';

/**
 * The tree under a launcher (bwrap, unshare) whose only child is process 1 of a PID namespace. The kernel ends the whole
 * namespace with its process 1, and the launcher ends after that: when the launcher is gone, nothing is left.
 */
export function namespaceTree(launcher: ChildProcess, tag: Readonly<Record<string, string>>): ProcessTree {
  const launcherEnded = new Promise<void>((done) => {
    launcher.once('exit', () => done());
    launcher.once('error', () => done());
  });
  const init = () => (launcher.pid === undefined ? undefined : namespaceInit(launcher.pid));
  const running = () => launcher.exitCode === null && launcher.signalCode === null && launcher.pid !== undefined;

  return {
    terminate() {
      const first = running() ? init() : undefined;
      if (first === undefined) return 0;
      const namespace = pidNamespaceOf(first);
      // First process 1, which then starts nothing more; it stays to see the others end.
      signal(first, 'SIGTERM');
      const initCommand = commandLineOf(first);
      const members = allPids().filter(
        (pid) => pid !== first && pidNamespaceOf(pid) === namespace && canHear(pid, initCommand),
      );
      for (const pid of members) signal(pid, 'SIGTERM');
      return members.length;
    },
    async kill() {
      if (!running()) return launcherEnded;
      const first = init();
      if (first !== undefined) {
        signal(first, 'SIGKILL');
        return launcherEnded;
      }
      // Caught between its start and its fork: what it forks now is found by its tag.
      launcher.kill('SIGKILL');
      await launcherEnded;
      await killUntilGone(
        () => taggedPids(tag),
        (pid) => signal(pid, 'SIGKILL'),
      );
    },
  };
}

/** Neither a zombie nor a fork of process 1 on its way to becoming the program: both would lose the signal. */
function canHear(pid: number, initCommand: string): boolean {
  return processIdentity(pid) !== undefined && commandLineOf(pid) !== initCommand;
}

/** The launcher's child that is alone in a namespace of its own. */
function namespaceInit(launcherPid: number): number | undefined {
  const own = pidNamespaceOf(process.pid);
  for (const pid of childrenOf(launcherPid)) {
    const namespace = pidNamespaceOf(pid);
    if (namespace !== undefined && namespace !== own) return pid;
  }
  return undefined;
}
