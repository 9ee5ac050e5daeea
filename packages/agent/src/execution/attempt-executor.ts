import { existsSync, mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ChannelCache, unmountBelow } from '@fleetune/artifacts';
import type { AttemptExecutor, KeptAttempt } from './attempt-execution.js';
import { attemptFolder, removeAttemptFolder } from './contract/attempt-folder.js';
import { WarmPoolCaches } from './contract/warm-pool-caches.js';
import { type AttemptExecutorOptions, type ExecutorSettings, withDefaults } from './executor-options.js';
import { defaultCacheBytes } from './inputs/cache-quota.js';
import { MetricCompiler } from './log/compiled-metrics.js';
import { type AgentIdentity, agentIdentity, agentLabel, isDeadLabel, orphanPids } from './process-tree/attempt-tag.js';
import { orphanCgroups } from './process-tree/cgroup.js';
import { signal } from './process-tree/proc.js';
import { killUntilGone } from './process-tree/process-tree.js';
import type { AttemptContext } from './runtimes/attempt-context.js';
import { ContainerRuntime } from './runtimes/container/container-runtime.js';
import { parseEngineAddress } from './runtimes/container/engine-address.js';
import { InProcessAttempt, NO_OP_ALGORITHM } from './runtimes/in-process.js';
import { OutputPipes } from './runtimes/output-pipes.js';
import { ProcessAttempt } from './runtimes/process-attempt.js';
import { ZygoteUnavailableError } from './runtimes/zygote/zygote-errors.js';
import { ZygotePool, type ZygotePoolParts } from './runtimes/zygote/zygote-pool.js';
import { zygoteSandbox } from './runtimes/zygote/zygote-sandbox.js';
import { chooseSandbox } from './sandbox/choose-sandbox.js';
import { cgroupPrefix } from './sandbox/none.js';
import type { Sandbox } from './sandbox/sandbox.js';
import { findKeptPrograms, type KeptProgram } from './supervision/kept-programs.js';
import { LeaseFile } from './supervision/lease-file.js';

/**
 * Makes the executor of one agent process. Tries the sandboxes right away (tens of milliseconds, once).
 *
 * @throws SandboxUnavailableError when the sandbox asked for by name does not work on this host; EngineAddressError;
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
  const containers = containerRuntime(settings, agent);
  const allWarmPools = join(settings.stateFolder, 'warm-pools');
  const warmPools = new WarmPoolCaches(join(allWarmPools, agentLabel(agent)));
  const context: AttemptContext = {
    settings,
    cache,
    agent,
    attemptsFolder,
    pipes,
    metrics: new MetricCompiler(),
    sandbox,
    zygotes,
    containers,
    leaseFile: existsSync('/proc/uptime') ? new LeaseFile(settings.stateFolder) : undefined,
  };
  let kept: readonly KeptProgram[] = [];

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
      warmPools.lend(attempt.order.warmPool, attemptFolder(attemptsFolder, attempt.key).training);
      return new ProcessAttempt(attempt, context);
    },
    keepWarmPool(key, warmPool) {
      const isOf = ({ record }: KeptProgram) =>
        record.key.trainingJobId === key.trainingJobId && record.key.fence === key.fence;
      const folder = kept.find(isOf)?.folder ?? attemptFolder(attemptsFolder, key);
      warmPools.takeBack(warmPool, folder.training);
    },
    endWarmPool: (warmPool) => warmPools.remove(warmPool),
    keptAttempts() {
      kept = findKeptPrograms(allAttempts);
      return kept.map((program) => keptAttempt(program, context));
    },
    holdLeases: (untilMonotonicMs) => context.leaseFile?.write(untilMonotonicMs - settings.clock.monotonicMs()),
    async sweepOrphans() {
      const killedProcesses = await killOrphans(context, kept);
      await containers?.sweepOrphans().catch(settings.onContainerEngineFault);
      for (const folder of [allAttempts, allPipes, allZygotes, allWarmPools]) {
        for (const label of await readdir(folder)) {
          if (!isDeadLabel(label)) continue;
          const left = join(folder, label);
          const inUse = kept.filter((program) => dirname(program.folder.path) === left);
          const gone = inUse.length === 0 ? [left] : (await readdir(left)).map((name) => join(left, name));
          for (const path of gone) {
            if (inUse.some((program) => program.folder.path === path)) continue;
            await unmountBelow(path);
            await removeAttemptFolder(path);
          }
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

function containerRuntime(
  { containerEngine, containerNetwork: network, clock }: ExecutorSettings,
  agent: AgentIdentity,
): ContainerRuntime | undefined {
  if (containerEngine === undefined) return undefined;
  return new ContainerRuntime({ address: parseEngineAddress(containerEngine), network, agent, clock });
}

/** What the agent of a kept program has to know, and how it goes on with it. */
function keptAttempt(program: KeptProgram, context: AttemptContext): KeptAttempt {
  const { key, order, resources, cpuCount, gpuUuids } = program.record;
  const held = { key, order, resources, cpuCount, gpuUuids };
  return {
    ...held,
    takeOver: (way) => {
      const start = { ...held, ...way, slotFreeAtMonotonicMs: context.settings.clock.monotonicMs() };
      return new ProcessAttempt(start, context, program);
    },
  };
}

async function killOrphans({ agent, sandbox }: AttemptContext, kept: readonly KeptProgram[]): Promise<number> {
  const prefix = cgroupPrefix(agent);
  const groups =
    sandbox.cgroupParent === undefined
      ? []
      : orphanCgroups(
          sandbox.cgroupParent,
          (name) => name.startsWith(prefix) && isDeadLabel(name.slice(prefix.length)),
        ).filter(({ folder }) => !kept.some(({ record }) => record.keptTogetherBy === folder));
  const keptTags = kept.map(({ record }) => record.tag);
  const find = () => [...new Set([...groups.flatMap((group) => group.pids()), ...orphanPids(agent, keptTags)])];
  const killed = await killUntilGone(find, (pid) => signal(pid, 'SIGKILL'));
  await Promise.all(groups.map((group) => group.remove()));
  return killed;
}
