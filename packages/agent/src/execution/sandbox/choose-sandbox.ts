import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeTrainingFolders, trainingPaths } from '../contract/attempt-folder.js';
import type { ExecutorSettings } from '../executor-options.js';
import type { AgentIdentity } from '../process-tree/attempt-tag.js';
import { bubblewrapSandbox } from './bubblewrap.js';
import { namespacesSandbox } from './namespaces.js';
import { noSandbox } from './none.js';
import type { Sandbox } from './sandbox.js';

/** The sandbox that the settings ask for does not work on this host. */
export class SandboxUnavailableError extends Error {
  override readonly name = 'SandboxUnavailableError';

  constructor(kind: string, fault: string) {
    super(
      `The sandbox "${kind}" does not work on this host: ${fault}. Install what it needs, allow user namespaces, or choose another ("auto" takes the strongest that works).`,
    );
  }
}

/**
 * Takes the sandbox of the settings, or with `auto` the strongest that works, by running a trivial program in each.
 *
 * @throws SandboxUnavailableError when one was asked for by name and fails.
 */
export function chooseSandbox(settings: ExecutorSettings, agent: AgentIdentity): Sandbox {
  // Other attempts and what the agent knows lie in the state folder.
  const hidden = [...settings.hiddenPaths, settings.stateFolder];
  const wanted = settings.sandbox;
  if (wanted === 'none') return noSandbox(agent);
  for (const make of [bubblewrapSandbox, namespacesSandbox]) {
    const sandbox = make(hidden, settings.exposedPaths);
    if (wanted !== 'auto' && wanted !== sandbox.kind) continue;
    const fault = probe(sandbox, settings.stateFolder, agent);
    if (fault === undefined) return sandbox;
    if (wanted === sandbox.kind) throw new SandboxUnavailableError(wanted, fault);
  }
  return noSandbox(agent);
}

/** @returns what went wrong; undefined when a program in the sandbox saw its own `/opt/ml` and nothing of the agent's. */
function probe(sandbox: Sandbox, stateFolder: string, agent: AgentIdentity): string | undefined {
  const path = join(stateFolder, `probe-${agent.process.pid}`);
  const folder = { path, training: trainingPaths(join(path, 'ml')), sandbox: join(path, 'sandbox'), log: path };
  try {
    mkdirSync(folder.sandbox, { recursive: true });
    makeTrainingFolders(folder.training);
    const launch = sandbox.launch({
      command: ['/bin/sh', '-c', 'test -w /opt/ml/model && test ! -e "$1" && echo works', 'sh', path],
      environment: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
      workingFolder: '/',
      folder,
      mounts: [],
      networkIsolation: false,
      tag: {},
    });
    const [program, ...args] = launch.command;
    const ran = spawnSync(program, args, { env: launch.environment, cwd: '/', encoding: 'utf8', timeout: 10_000 });
    if (ran.status === 0 && ran.stdout.includes('works')) return undefined;
    return ran.error?.message ?? (ran.stderr.trim() || `it ended with exit code ${ran.status}`);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
