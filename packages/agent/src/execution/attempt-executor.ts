import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ChannelCache, unmountBelow } from '@fleetune/artifacts';
import type { AttemptExecutor } from './attempt-execution.js';
import { removeAttemptFolder } from './contract/attempt-folder.js';
import { type AttemptExecutorOptions, type ExecutorSettings, withDefaults } from './executor-options.js';
import { defaultCacheBytes } from './inputs/cache-quota.js';
import { MetricCompiler } from './log/compiled-metrics.js';
import { agentIdentity, agentLabel, isDeadLabel, orphanPids } from './process-tree/attempt-tag.js';
import { orphanCgroups } from './process-tree/cgroup.js';
import { signal } from './process-tree/proc.js';
import { killUntilGone } from './process-tree/process-tree.js';
import { InProcessAttempt, NO_OP_ALGORITHM } from './runtimes/in-process.js';
import { OutputPipes } from './runtimes/output-pipes.js';
import { type AttemptContext, ProcessAttempt } from './runtimes/process-attempt.js';
import { ZygoteUnavailableError } from './runtimes/zygote/zygote-errors.js';
import { ZygotePool, type ZygotePoolParts } from './runtimes/zygote/zygote-pool.js';
import { zygoteSandbox } from './runtimes/zygote/zygote-sandbox.js';
import { chooseSandbox } from './sandbox/choose-sandbox.js';
import { cgroupPrefix } from './sandbox/none.js';
import type { Sandbox } from './sandbox/sandbox.js';

/**
 * Makes the executor of one agent process. Tries the sandboxes right away (tens of milliseconds, once).
 *
 * @throws SandboxUnavailableError when the sandbox asked for by name does not work on this host;
 * ZygoteUnavailableError when zygotes are asked for and there is no sandbox.
 */
export function createAttemptExecutor(options: AttemptExecutorOptions): AttemptExecutor {
  const settings = withDefaults({ ...options, stateFolder: resolve(options.stateFolder) });
  const agent = agentIdentity(settings.stateFolder);
  const allAttempts = join(settings.stateFolder, 'attempts');
  const attemptsFolder = join(allAttempts, agentLabel(agent));
  mkdirSync(attemptsFolder, { recursive: true });
  const allPipes = join(settings.stateFolder, 'pipes');
  const pipes = new OutputPipes(join(allPipes, agentLabel(agent)));
  const quotaBytes = settings.cacheBytes ?? defaultCacheBytes(settings.stateFolder);
  const cache = new ChannelCache(settings.stores, { folder: join(settings.stateFolder, 'cache'), quotaBytes });
  const sandbox = chooseSandbox(settings, agent);
  const allZygotes = join(settings.stateFolder, 'zygotes');
  const zygotes = zygotePool(settings, sandbox, { agent, pipes, folder: join(allZygotes, agentLabel(agent)) });
  mkdirSync(allZygotes, { recursive: true });
  const context: AttemptContext = {
    settings,
    cache,
    agent,
    attemptsFolder,
    pipes,
    metrics: new MetricCompiler(),
    sandbox,
    zygotes,
  };

  return {
    sandbox: sandbox.kind,
    cacheStatistics: () => cache.statistics(),
    zygoteStatistics: () => zygotes?.statistics(),
    close: async () => zygotes?.close(),
    start(attempt) {
      const algorithm = attempt.order.algorithm?.kind;
      if (algorithm?.case === 'builtin' && algorithm.value.name === NO_OP_ALGORITHM) {
        return new InProcessAttempt(attempt, settings.clock);
      }
      return new ProcessAttempt(attempt, context);
    },
    async sweepOrphans() {
      const killedProcesses = await killOrphans(context);
      for (const folder of [allAttempts, allPipes, allZygotes]) {
        for (const label of await readdir(folder)) {
          if (!isDeadLabel(label)) continue;
          await unmountBelow(join(folder, label));
          await removeAttemptFolder(join(folder, label));
        }
      }
      return { killedProcesses };
    },
  };
}

/** @throws ZygoteUnavailableError when zygotes are asked for and nothing could keep their programs apart. */
function zygotePool(
  { zygote, zygoteLimits, hiddenPaths, exposedPaths, stateFolder }: ExecutorSettings,
  sandbox: Sandbox,
  parts: Pick<ZygotePoolParts, 'agent' | 'pipes' | 'folder'>,
): ZygotePool | undefined {
  if (zygote === 'off') return undefined;
  const walls = zygoteSandbox(sandbox.kind, [...hiddenPaths, stateFolder], exposedPaths);
  if (walls !== undefined) {
    return new ZygotePool({ ...parts, sandbox: walls, limits: zygoteLimits, waits: zygote === 'on' });
  }
  if (zygote === 'auto') return undefined;
  throw new ZygoteUnavailableError();
}

async function killOrphans({ agent, sandbox }: AttemptContext): Promise<number> {
  const prefix = cgroupPrefix(agent);
  const groups =
    sandbox.cgroupParent === undefined
      ? []
      : orphanCgroups(
          sandbox.cgroupParent,
          (name) => name.startsWith(prefix) && isDeadLabel(name.slice(prefix.length)),
        );
  const find = () => [...new Set([...groups.flatMap((group) => group.pids()), ...orphanPids(agent)])];
  const killed = await killUntilGone(find, (pid) => signal(pid, 'SIGKILL'));
  await Promise.all(groups.map((group) => group.remove()));
  return killed;
}
