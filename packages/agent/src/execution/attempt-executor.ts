import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { AttemptExecutor } from './attempt-execution.js';
import { removeAttemptFolder } from './contract/attempt-folder.js';
import { type AttemptExecutorOptions, withDefaults } from './executor-options.js';
import { MetricCompiler } from './log/compiled-metrics.js';
import { agentIdentity, agentLabel, isDeadLabel, orphanPids } from './process-tree/attempt-tag.js';
import { orphanCgroups } from './process-tree/cgroup.js';
import { signal } from './process-tree/proc.js';
import { killUntilGone } from './process-tree/process-tree.js';
import { InProcessAttempt, NO_OP_ALGORITHM } from './runtimes/in-process.js';
import { OutputPipes } from './runtimes/output-pipes.js';
import { type AttemptContext, ProcessAttempt } from './runtimes/process-attempt.js';
import { chooseSandbox } from './sandbox/choose-sandbox.js';
import { cgroupPrefix } from './sandbox/none.js';

/**
 * Makes the executor of one agent process. Tries the sandboxes right away (tens of milliseconds, once).
 *
 * @throws SandboxUnavailableError when the sandbox asked for by name does not work on this host.
 */
export function createAttemptExecutor(options: AttemptExecutorOptions): AttemptExecutor {
  const settings = withDefaults({ ...options, stateFolder: resolve(options.stateFolder) });
  const agent = agentIdentity(settings.stateFolder);
  const allAttempts = join(settings.stateFolder, 'attempts');
  const attemptsFolder = join(allAttempts, agentLabel(agent));
  mkdirSync(attemptsFolder, { recursive: true });
  const allPipes = join(settings.stateFolder, 'pipes');
  const pipes = new OutputPipes(join(allPipes, agentLabel(agent)));
  const context: AttemptContext = {
    settings,
    agent,
    attemptsFolder,
    pipes,
    metrics: new MetricCompiler(),
    sandbox: chooseSandbox(settings, agent),
  };

  return {
    sandbox: context.sandbox.kind,
    start(attempt) {
      const algorithm = attempt.order.algorithm?.kind;
      if (algorithm?.case === 'builtin' && algorithm.value.name === NO_OP_ALGORITHM) {
        return new InProcessAttempt(attempt, settings.clock);
      }
      return new ProcessAttempt(attempt, context);
    },
    async sweepOrphans() {
      const killedProcesses = await killOrphans(context);
      for (const folder of [allAttempts, allPipes]) {
        for (const label of await readdir(folder)) {
          if (isDeadLabel(label)) await removeAttemptFolder(join(folder, label));
        }
      }
      return { killedProcesses };
    },
  };
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
