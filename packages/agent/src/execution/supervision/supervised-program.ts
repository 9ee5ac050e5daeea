import { readFileSync } from 'node:fs';
import type { LogFile } from '../log/log-file.js';
import { LogTail } from '../log/log-tail.js';
import { taggedPids } from '../process-tree/attempt-tag.js';
import { cgroupAt } from '../process-tree/cgroup.js';
import { hostTree } from '../process-tree/host-tree.js';
import { namespaceTree } from '../process-tree/namespace-tree.js';
import { childrenOf, signal } from '../process-tree/proc.js';
import { killUntilGone, type ProcessTree } from '../process-tree/process-tree.js';
import { EndRequest } from '../runtimes/ask-to-end.js';
import { launcherFault, type ProgramEnd, type RunningProgram } from '../runtimes/process.js';
import { readExit, readSupervisor, type SupervisionFolder } from './supervision-folder.js';
import type { Supervisor } from './supervisor.js';
import { watchFolder } from './watch-folder.js';

/**
 * How long to wait for output when the program has ended but something holds its pipe open and is silent. What empties the
 * pipe may have to wait for a processor.
 */
const SILENT_PIPE_MS = 5_000;
/** The program is held back when this agent is so far behind with its output, and goes on when it has caught up. */
const TOO_FAR_BEHIND_BYTES = 64 * 1024 * 1024;
const CAUGHT_UP_BYTES = 8 * 1024 * 1024;

export interface SupervisedProgram {
  readonly supervisor: Supervisor;
  readonly folder: SupervisionFolder;
  readonly log: LogFile;
  /** Where in the log its output begins. */
  readonly outputFrom: number;
  /** What holds its processes together; see `Launch`. */
  readonly keptTogetherBy: string;
  readonly tag: Readonly<Record<string, string>>;
}

/**
 * Looks after a program that has a supervisor, until its end. May be done by a later agent process than the one that
 * started it.
 *
 * @param readFrom offset in the log from which its output is wanted.
 * @param onOutput called with each piece of output, and the offset where the next begins.
 */
export function followProgram(
  program: SupervisedProgram,
  readFrom: number,
  onOutput: (chunk: Buffer, nextOffset: number) => void,
): RunningProgram {
  const { supervisor, folder, log, outputFrom } = program;
  const tree = treeOf(program);
  const request = new EndRequest(tree);
  const flow = new OutputFlow(folder);
  const tail = new LogTail(log, readFrom, (chunk, nextOffset) => {
    onOutput(chunk, nextOffset);
    flow.isBehind(tail.behindBytes);
  });

  const watch = watchForExit(folder, (name) => {
    if (name !== undefined && name !== 'output') return;
    log.look();
    flow.isBehind(tail.behindBytes);
    // A fault shows when the rest is read.
    tail.pull().catch(() => undefined);
  });

  const finish = async (): Promise<ProgramEnd> => {
    await Promise.race([watch.recorded, supervisor.ended]);
    watch.end();
    flow.release();
    const exit = readExit(folder);
    if (exit.kind === 'running') await endUnsupervised(program, tree);
    await endOfOutput(supervisor, log);
    if (supervisor.wasKilled()) supervisor.kill();
    await tree.kill();
    await tail.caughtUp();
    await log.flushed();
    request.close();
    if (exit.kind !== 'exited') return { exitCode: 137, endedFor: exit.kind === 'expired' ? 'lease' : 'supervisor' };
    const fault = log.length === outputFrom ? launcherFault(exit.exitCode, textOf(folder.launcher)) : undefined;
    return { exitCode: exit.exitCode, ...(fault === undefined ? {} : { launchFault: fault }) };
  };

  return {
    ended: finish(),
    stop: (graceMs) => request.make(graceMs),
    kill: () => tree.kill(),
    letGo() {
      watch.end();
      request.close();
      supervisor.letGo();
    },
  };
}

function treeOf({ keptTogetherBy, supervisor, tag }: SupervisedProgram): ProcessTree {
  if (keptTogetherBy === 'namespace') return namespaceTree(supervisor, tag);
  return hostTree(supervisor, tag, keptTogetherBy === 'tag' ? undefined : cgroupAt(keptTogetherBy));
}

/** @returns a promise of an exit code in the folder, and what ends the watch. */
function watchForExit(
  folder: SupervisionFolder,
  onChange: (name: string | undefined) => void,
): { readonly recorded: Promise<void>; end(): void } {
  let unwatch: () => void = () => undefined;
  const recorded = new Promise<void>((done) => {
    const look = (name: string | undefined) => {
      onChange(name);
      if (name !== 'output' && readExit(folder).kind !== 'running') done();
    };
    unwatch = watchFolder(folder.path, look);
    look(undefined);
  });
  return { recorded, end: () => unwatch() };
}

/** The supervisor was killed. Its program ends with it; what it had started beside is ended here. */
async function endUnsupervised({ supervisor, tag }: SupervisedProgram, tree: ProcessTree): Promise<void> {
  await tree.kill();
  await killUntilGone(
    () => taggedPids(tag),
    (pid) => signal(pid, 'SIGKILL'),
  );
  supervisor.kill();
}

/** The supervisor waits until the pipe is empty and closed; an escaped process may hold it open for ever. */
async function endOfOutput(supervisor: Supervisor, log: LogFile): Promise<void> {
  let length = log.length;
  const timer = setInterval(() => {
    log.look();
    if (log.length === length) supervisor.kill();
    length = log.length;
  }, SILENT_PIPE_MS);
  await supervisor.ended;
  clearInterval(timer);
}

/** Holds back whoever empties the program's pipe, and with it the program, while its output comes faster than it is read. */
class OutputFlow {
  readonly #folder: SupervisionFolder;
  #isHeld = false;
  #isOver = false;

  /** An earlier agent process may have died while it held the program back. */
  constructor(folder: SupervisionFolder) {
    this.#folder = folder;
    this.#send('SIGCONT');
  }

  /** The program has ended: what it has printed may all come. */
  release(): void {
    this.#isOver = true;
    if (this.#isHeld) this.#send('SIGCONT');
  }

  isBehind(bytes: number): void {
    if (this.#isOver) return;
    if (!this.#isHeld && bytes > TOO_FAR_BEHIND_BYTES) {
      this.#isHeld = true;
      this.#send('SIGSTOP');
    } else if (this.#isHeld && bytes < CAUGHT_UP_BYTES) {
      this.#isHeld = false;
      this.#send('SIGCONT');
    }
  }

  #send(name: NodeJS.Signals): void {
    const supervisor = readSupervisor(this.#folder);
    if (supervisor === undefined || !childrenOf(supervisor.pid).includes(supervisor.drainPid)) return;
    for (const pid of childrenOf(supervisor.drainPid)) signal(pid, name);
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(0, 4096);
  } catch {
    return '';
  }
}
