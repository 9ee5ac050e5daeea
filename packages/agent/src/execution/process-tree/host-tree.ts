import { taggedPids } from './attempt-tag.js';
import type { AttemptCgroup } from './cgroup.js';
import { signal } from './proc.js';
import { killUntilGone, type ProcessTree } from './process-tree.js';
import type { TreeRoot } from './tree-root.js';

/**
 * The tree of a program that runs in the host's own PID namespace. Its cgroup holds them all where there is one; else they
 * are found by the tag in their environment, which a program can only lose on purpose, and by the process group.
 */
export function hostTree(
  root: TreeRoot,
  tag: Readonly<Record<string, string>>,
  cgroup: AttemptCgroup | undefined,
): ProcessTree {
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
      if (root.pid !== undefined && root.sharesGroup && !groupKilled) signal(-root.pid, 'SIGKILL');
      groupKilled = true;
      cgroup?.killAll();
      if (root.pid !== undefined && root.sharesGroup) await root.ended;
      await killUntilGone(find, (pid) => {
        if (cgroup === undefined) signal(pid, 'SIGKILL');
        else cgroup.killAll();
      });
      await cgroup?.remove();
    },
  };
}
