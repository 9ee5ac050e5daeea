import type { ChildProcess } from 'node:child_process';
import { taggedPids } from './attempt-tag.js';
import type { AttemptCgroup } from './cgroup.js';
import { signal } from './proc.js';
import { killUntilGone, type ProcessTree } from './process-tree.js';

/**
 * The tree of a program that runs in the host's own PID namespace. Its cgroup holds them all where there is one; else they
 * are found by the tag in their environment, which a program can only lose on purpose, and by the process group.
 */
export function hostTree(
  leader: ChildProcess,
  tag: Readonly<Record<string, string>>,
  cgroup: AttemptCgroup | undefined,
): ProcessTree {
  const leaderEnded = new Promise<void>((done) => {
    leader.once('exit', () => done());
    leader.once('error', () => done());
  });
  const find = () => (cgroup === undefined ? taggedPids(tag) : cgroup.pids());
  let groupKilled = false;
  return {
    terminate() {
      const pids = find();
      for (const pid of pids) signal(pid, 'SIGTERM');
      return pids.length;
    },
    async kill() {
      // Once only, right at the leader's end at the latest: later the group's number may be somebody else's.
      if (leader.pid !== undefined && !groupKilled) signal(-leader.pid, 'SIGKILL');
      groupKilled = true;
      cgroup?.killAll();
      if (leader.pid !== undefined) await leaderEnded;
      await killUntilGone(find, (pid) => {
        if (cgroup === undefined) signal(pid, 'SIGKILL');
        else cgroup.killAll();
      });
      await cgroup?.remove();
    },
  };
}
