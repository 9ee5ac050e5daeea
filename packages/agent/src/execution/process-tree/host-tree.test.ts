import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { agentIdentity, attemptTag, taggedPids } from './attempt-tag.js';
import { findCgroupParent, makeAttemptCgroup } from './cgroup.js';
import { hostTree } from './host-tree.js';
import { launcherRoot } from './tree-root.js';

const tag = attemptTag(agentIdentity('/nowhere'), { trainingJobId: 'job-host-tree', fence: 1 });
/** A leader, and a grandchild that left its session and its group. */
const FAMILY = 'setsid sh -c "setsid sleep 600 & sleep 600" & sleep 0.1; echo up; exec sleep 600';

async function startFamily(script: string) {
  const leader = spawn('sh', ['-c', script], {
    env: { PATH: process.env.PATH, ...tag },
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((up) => leader.stdout.once('data', () => up()));
  return leader;
}

test('without a cgroup, escaped grandchildren are found by their tag', async () => {
  const leader = await startFamily(FAMILY);
  expect(taggedPids(tag).length).toBeGreaterThanOrEqual(3);
  await hostTree(launcherRoot(leader), tag, undefined).kill();
  expect(taggedPids(tag)).toEqual([]);
});

test.runIf(findCgroupParent() !== undefined)('a cgroup reaches even processes that dropped their tag', async () => {
  const cgroup = makeAttemptCgroup(findCgroupParent() ?? '', `fleetune-test-${process.pid}`);
  const dropping = FAMILY.replaceAll('sleep 600', 'env -i sleep 600');
  const leader = await startFamily(`echo $$ > ${cgroup.joinFile}; ${dropping}`);
  expect(cgroup.pids().length).toBeGreaterThanOrEqual(3);
  await hostTree(launcherRoot(leader), tag, cgroup).kill();
  expect(cgroup.pids()).toEqual([]);
});
