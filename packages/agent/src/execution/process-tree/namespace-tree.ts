import { taggedPids } from './attempt-tag.js';
import { allPids, childrenOf, commandLineOf, pidNamespaceOf, processIdentity, signal } from './proc.js';
import { killUntilGone, type ProcessTree } from './process-tree.js';
import { killRoot, type TreeRoot } from './tree-root.js';

/**
 * The tree under a launcher (bwrap, unshare) whose only child is process 1 of a PID namespace. The kernel ends the whole
 * namespace with its process 1, and the launcher ends after that: when the launcher is gone, nothing is left.
 *
 * @param root the launcher, or its parent, which then ends with it.
 */
export function namespaceTree(root: TreeRoot, tag: Readonly<Record<string, string>>): ProcessTree {
  const init = () => (root.pid === undefined ? undefined : namespaceInit(root.pid));

  return {
    terminate() {
      const first = root.isRunning() ? init() : undefined;
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
      if (!root.isRunning()) return root.ended;
      const first = init();
      if (first !== undefined) {
        signal(first, 'SIGKILL');
        return root.ended;
      }
      // Caught between its start and its fork: what it forks now is found by its tag.
      killRoot(root);
      await root.ended;
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

/** The child of the root, or of one of its children, that is the first in a namespace of its own. */
function namespaceInit(rootPid: number): number | undefined {
  const own = pidNamespaceOf(process.pid);
  const isInside = (pid: number) => {
    const namespace = pidNamespaceOf(pid);
    return namespace !== undefined && namespace !== own;
  };
  const children = childrenOf(rootPid);
  return children.find(isInside) ?? children.flatMap(childrenOf).find(isInside);
}
