import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ClientFault, messageOf } from '../attempt-faults.js';
import { allPids, groupOf, isAlive, type ProcessIdentity, signal } from '../process-tree/proc.js';
import type { TreeRoot } from '../process-tree/tree-root.js';
import type { Launch } from '../sandbox/sandbox.js';
import type { SupervisionFolder } from './supervision-folder.js';

const SCRIPT = fileURLToPath(new URL('../../../supervisor/supervise.sh', import.meta.url));
/** From one look at a supervisor that is not this process's child to the next. */
const LOOK_EVERY_MS = 100;

/** The process that runs a program for an agent, and goes on when the agent is gone. */
export interface Supervisor extends TreeRoot {
  /** Ends it at once with all that is in its group. */
  kill(): void;
  /** It did not end by itself, as far as is known: what helped it may be left. */
  wasKilled(): boolean;
  /** This process does not wait for it any more. */
  letGo(): void;
}

/**
 * Starts a program under a supervisor, in a session of its own. The folder has its pipe, and room for the exit code.
 *
 * @param leasePath see `supervise.sh`.
 * @throws ClientFault when arguments or variables are not what a program can be given.
 */
export function startSupervisor(
  launch: Launch,
  tag: Readonly<Record<string, string>>,
  folder: SupervisionFolder,
  leasePath: string,
): Supervisor {
  const { FLEETUNE_ATTEMPT, FLEETUNE_AGENT, ...environment } = { ...launch.environment, ...tag };
  const env = { ...environment, FLEETUNE_TAG_ATTEMPT: FLEETUNE_ATTEMPT, FLEETUNE_TAG_AGENT: FLEETUNE_AGENT };
  const args = [SCRIPT, folder.path, leasePath, launch.keptTogetherBy, ...launch.command];
  try {
    const child = spawn('/bin/sh', args, { cwd: launch.workingFolder, env, stdio: 'ignore', detached: true });
    const ended = new Promise<void>((done) => {
      child.once('exit', () => done());
      child.once('error', () => done());
    });
    const { pid } = child;
    return {
      pid,
      sharesGroup: false,
      isRunning: () => pid !== undefined && child.exitCode === null && child.signalCode === null,
      ended,
      kill: () => killGroup(pid),
      wasKilled: () => child.signalCode !== null,
      letGo: () => child.unref(),
    };
  } catch (error) {
    launch.discard?.();
    const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
    if (code === 'E2BIG') {
      throw new ClientFault(
        'The hyperparameters and environment variables together are longer than a program can take.',
      );
    }
    if (code === 'ERR_INVALID_ARG_VALUE') {
      throw new ClientFault(`The program's arguments or variables cannot be passed on: ${messageOf(error)}`);
    }
    throw error;
  }
}

/** The supervisor that an earlier agent process started; it may be gone. */
export function earlierSupervisor(identity: ProcessIdentity): Supervisor {
  const isRunning = () => isAlive(identity);
  let timer: NodeJS.Timeout | undefined;
  return {
    pid: identity.pid,
    sharesGroup: false,
    isRunning,
    ended: new Promise<void>((done) => {
      const look = () => {
        if (isRunning()) timer = setTimeout(look, LOOK_EVERY_MS);
        else done();
      };
      look();
    }),
    kill: () => killGroup(identity.pid),
    wasKilled: () => !isRunning(),
    letGo: () => clearTimeout(timer),
  };
}

/** One by one: the number of a group that is gone may be somebody else's. */
function killGroup(group: number | undefined): void {
  if (group === undefined) return;
  for (const pid of allPids()) if (groupOf(pid) === group) signal(pid, 'SIGKILL');
}
