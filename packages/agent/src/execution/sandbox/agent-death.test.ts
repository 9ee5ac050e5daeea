import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeTrainingFolders, trainingPaths } from '../contract/attempt-folder.js';
import { makeExecutor, temporaryFolder } from '../execution.fixture.js';
import { withDefaults } from '../executor-options.js';
import { agentIdentity, agentLabel, attemptTag, taggedPids } from '../process-tree/attempt-tag.js';
import { orphanCgroups } from '../process-tree/cgroup.js';
import { processIdentity } from '../process-tree/proc.js';
import { chooseSandbox } from './choose-sandbox.js';
import { cgroupPrefix } from './none.js';

/** Starts what it is told, as the agent does, and passes on what that prints. */
const AGENT = `
const { command, environment } = JSON.parse(process.argv[1]);
require('node:child_process').spawn(command[0], command.slice(1), {
  env: environment, detached: true, stdio: ['ignore', 'inherit', 'inherit'],
});
setInterval(() => {}, 1000);`;

test.each(['bubblewrap', 'namespaces', 'none'] as const)('%s: the program dies with a killed agent', async (kind) => {
  const stateFolder = temporaryFolder();
  const identity = agentIdentity(stateFolder);
  const settings = withDefaults({
    stateFolder,
    sandbox: kind,
    stores: undefined as never,
    resolveBuiltin: async () => ({ command: [], environment: {} }),
    pythonInterpreter: () => 'python3',
  });
  const sandbox = chooseSandbox(settings, identity);
  const path = join(stateFolder, 'attempt');
  const folder = { path, training: trainingPaths(join(path, 'ml')), sandbox: join(path, 'sandbox'), log: path };
  mkdirSync(folder.sandbox, { recursive: true });
  makeTrainingFolders(folder.training);
  const tag = attemptTag(identity, { trainingJobId: 'job-death', fence: 1 });
  const launch = sandbox.launch({
    command: ['sh', '-c', 'echo up; exec sleep 600'],
    environment: { PATH: process.env.PATH ?? '', ...tag },
    workingFolder: '/',
    folder,
    mounts: [],
    networkIsolation: false,
    tag,
  });
  const agent = spawn(process.execPath, ['-e', AGENT, JSON.stringify(launch)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((up) => agent.stdout.once('data', () => up()));
  expect(taggedPids(tag)).not.toEqual([]);
  agent.kill('SIGKILL');
  await expect.poll(() => taggedPids(tag), { timeout: 5_000 }).toEqual([]);
  // The one that a sweep would remove, were this agent really dead.
  const ours = (name: string) => name.startsWith(cgroupPrefix(identity));
  if (sandbox.cgroupParent === undefined) return;
  await Promise.all(orphanCgroups(sandbox.cgroupParent, ours).map((group) => group.remove()));
});

test('a new agent kills what a dead one left running, and removes its folders', async () => {
  const stateFolder = temporaryFolder();
  const dead = spawn('true');
  const deadProcess = processIdentity(dead.pid ?? 0);
  await new Promise((ended) => dead.once('exit', ended));
  const own = agentIdentity(stateFolder);
  const label = { pid: deadProcess?.pid ?? dead.pid ?? 0, startTicks: deadProcess?.startTicks ?? '1' };
  mkdirSync(join(stateFolder, 'attempts', `${label.pid}-${label.startTicks}`, 'job-death.1'), { recursive: true });
  mkdirSync(join(stateFolder, 'pipes', `${label.pid}-${label.startTicks}`), { recursive: true });
  const tag = attemptTag({ stateId: own.stateId, process: label }, { trainingJobId: 'job-death', fence: 1 });
  const mine = attemptTag(own, { trainingJobId: 'job-death', fence: 2 });
  const orphan = spawn('sleep', ['600'], { env: { PATH: process.env.PATH, ...tag }, detached: true });
  const child = spawn('sleep', ['600'], { env: { PATH: process.env.PATH, ...mine }, detached: true });
  const orphanEnd = new Promise((ended) => orphan.once('exit', (_, signal) => ended(signal)));

  const swept = await makeExecutor({ stateFolder }).sweepOrphans();
  expect(swept).toEqual({ killedProcesses: 1 });
  expect(await orphanEnd).toBe('SIGKILL');
  expect(child.exitCode).toBeNull();
  for (const kind of ['attempts', 'pipes']) expect(readdirSync(join(stateFolder, kind))).toEqual([agentLabel(own)]);
  child.kill('SIGKILL');
});
