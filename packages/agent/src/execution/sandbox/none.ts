import { spawnSync } from 'node:child_process';
import { type AgentIdentity, agentLabel } from '../process-tree/attempt-tag.js';
import { findCgroupParent, makeAttemptCgroup } from '../process-tree/cgroup.js';
import { hostTree } from '../process-tree/host-tree.js';
import { launcherRoot } from '../process-tree/tree-root.js';
import type { Sandbox } from './sandbox.js';

const JOIN_AND_RUN = 'echo $$ > "$1" || exit 125; shift; exec "$@" 2>&1';
const RUN = 'exec "$@" 2>&1';

/**
 * No walls: the program sees the host, and its own folder only through `SM_*` variables. Its processes are kept together
 * by a cgroup where one can be made.
 */
export function noSandbox(agent: AgentIdentity): Sandbox {
  const cgroupParent = findCgroupParent();
  const dieWithAgent =
    spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']).status === 0 ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [];
  let launches = 0;
  return {
    kind: 'none',
    isolates: false,
    cgroupParent,
    confine: () => [],
    launch(program) {
      const cgroup =
        cgroupParent === undefined
          ? undefined
          : makeAttemptCgroup(cgroupParent, `${cgroupPrefix(agent)}${agentLabel(agent)}-${launches++}`);
      const start = cgroup === undefined ? [RUN, 'sh'] : [JOIN_AND_RUN, 'sh', cgroup.joinFile];
      return {
        command: ['/bin/sh', '-c', ...start, ...dieWithAgent, ...program.command],
        environment: program.environment,
        workingFolder: program.workingFolder,
        tree: (launcher) => hostTree(launcherRoot(launcher), program.tag, cgroup),
        keptTogetherBy: cgroup?.folder ?? 'tag',
        discard: () => void cgroup?.remove(),
      };
    },
  };
}

/** Begins the names of all groups of one state folder; the agent process that made them follows. */
export function cgroupPrefix(agent: AgentIdentity): string {
  return `fleetune-${agent.stateId}-`;
}
