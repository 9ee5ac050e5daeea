import { allPids, childrenOf, namespacePids, pidNamespaceOf, signal } from '../../process-tree/proc.js';
import type { ProcessTree } from '../../process-tree/process-tree.js';

/**
 * The tree of a forked program: everything in the PID namespace whose process 1 the zygote made for it. The kernel ends
 * them all with process 1.
 *
 * @param ended resolves when the zygote has seen process 1 end, or has ended itself; both mean that none is left.
 */
export function zygoteTree(init: number | undefined, ended: Promise<unknown>): ProcessTree {
  let over = false;
  const settled = ended.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  return {
    terminate() {
      const namespace = over || init === undefined ? undefined : pidNamespaceOf(init);
      if (namespace === undefined) return 0;
      const members = allPids().filter((pid) => pid !== init && pidNamespaceOf(pid) === namespace);
      for (const pid of members) signal(pid, 'SIGTERM');
      return members.length;
    },
    async kill() {
      if (!over && init !== undefined) signal(init, 'SIGKILL');
      await settled;
    },
  };
}

/** This host's number of the child that a zygote knows by its own; undefined when it is gone already. */
export function childOnHost(zygote: number, pidInZygote: number): number | undefined {
  return childrenOf(zygote).find((pid) => namespacePids(pid).at(-2) === pidInZygote);
}
