import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { ClientFault, messageOf } from '../attempt-faults.js';
import type { LogFile } from '../log/log-file.js';
import type { ProcessTree } from '../process-tree/process-tree.js';
import type { Launch } from '../sandbox/sandbox.js';
import { EndRequest } from './ask-to-end.js';
import type { OutputPipe, OutputPipes } from './output-pipes.js';

/** Output waiting for the disk beyond this holds the program back; nothing else ever does. */
const LOG_BACKLOG_BYTES = 4 * 1024 * 1024;
/** How long to wait for output when every process is gone but the pipe stays open and silent. */
const SILENT_PIPE_MS = 1_000;
const LAUNCHER_MESSAGE_BYTES = 4096;

export interface ProgramEnd {
  /** 128 + signal number when a signal ended it. */
  readonly exitCode: number;
  /** Why the program never ran, when the launcher failed before it. */
  readonly launchFault?: string;
  /** Killed because its memory was used up. */
  readonly wasOutOfMemory?: boolean;
  /** That its end was not its own: nobody held its lease, or its supervisor was gone. */
  readonly endedFor?: 'lease' | 'supervisor';
}

/** A started program and all that it starts. Its output goes to the log. */
export interface RunningProgram {
  /** When no process is left and all output is in the log. Rejects only when the program could not be started at all. */
  readonly ended: Promise<ProgramEnd>;
  /** SIGTERM to every process, and SIGKILL after the grace period. */
  stop(graceMs: number): void;
  /** SIGKILL to every process; resolves when none is left. */
  kill(): Promise<void>;
  /** Looks after it no more: `ended` stays open, and nothing keeps this process from ending. */
  letGo?(): void;
}

/** A program that was started, in whatever way, and that nobody looks after yet. */
export interface LaunchedProgram {
  readonly output: Readable;
  readonly tree: ProcessTree;
  /** The exit code, 128 + signal number when a signal ended it. Rejects when it could not be started at all. */
  readonly exited: Promise<number>;
  /** What its launcher had to say for itself. */
  readonly launcherMessage?: () => string;
  /** Whether it is known to have been killed because its memory was used up; asked when it has exited. */
  readonly wasOutOfMemory?: () => boolean;
}

/**
 * Starts a program in a session of its own.
 *
 * @throws ClientFault when arguments or variables are not what a program can be given.
 */
export function launchProgram(launch: Launch, pipes: OutputPipes): LaunchedProgram {
  const pipe = pipes.take();
  const launcher = spawnLauncher(launch, pipe);
  let message = '';
  launcher.stderr?.on('data', (chunk: Buffer) => {
    if (message.length < LAUNCHER_MESSAGE_BYTES) message += chunk.toString('utf8');
  });
  return {
    output: pipe?.output ?? (launcher.stdout as Readable),
    tree: launch.tree(launcher),
    exited: exitOf(launcher),
    launcherMessage: () => message,
  };
}

/**
 * Looks after a program until its end.
 *
 * @param onOutput called with each piece of output before it is in the log.
 */
export function superviseProgram(
  { output, tree, exited, launcherMessage = () => '', wasOutOfMemory = () => false }: LaunchedProgram,
  log: LogFile,
  onOutput: (chunk: Buffer) => void,
): RunningProgram {
  let printed = false;
  const request = new EndRequest(tree);

  output.on('data', (chunk: Buffer) => {
    printed = true;
    onOutput(chunk);
    log.append(chunk);
    if (log.backlogBytes > LOG_BACKLOG_BYTES) {
      output.pause();
      void log.flushed().then(() => output.resume());
    }
  });

  const finish = async (): Promise<ProgramEnd> => {
    // Also after a failed start: what was prepared for it is taken away.
    const exitCode = await exited.finally(() => tree.kill());
    await endOfOutput(output);
    await log.flushed();
    request.close();
    const fault = printed ? undefined : launcherFault(exitCode, launcherMessage());
    return { exitCode, wasOutOfMemory: wasOutOfMemory(), ...(fault === undefined ? {} : { launchFault: fault }) };
  };

  return {
    ended: finish(),
    stop: (graceMs) => request.make(graceMs),
    kill: () => tree.kill(),
  };
}

/** What a launcher says when it fails before its program; the program has printed nothing. */
export function launcherFault(exitCode: number, message: string): string | undefined {
  return exitCode !== 0 && /^(bwrap|unshare|mount|setpriv|sh|\S*supervise\.sh):/m.test(message)
    ? message.trim()
    : undefined;
}

function spawnLauncher(launch: Launch, pipe: OutputPipe | undefined): ChildProcess {
  const [file, ...args] = launch.command;
  try {
    return spawn(file, args, {
      cwd: launch.workingFolder,
      env: launch.environment,
      stdio: ['ignore', pipe?.programEnd ?? 'pipe', 'pipe'],
      // A session of its own: signals to the agent's terminal do not reach it.
      detached: true,
    });
  } catch (error) {
    launch.discard?.();
    pipe?.output.destroy();
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
  } finally {
    // The program has its own copy; with ours open its output would never end.
    if (pipe !== undefined) closeSync(pipe.programEnd);
  }
}

function exitOf(launcher: ChildProcess): Promise<number> {
  return new Promise((done, failed) => {
    launcher.once('error', failed);
    launcher.once('exit', (code, signal) => {
      done(code ?? 128 + (signal === null ? 0 : (constants.signals[signal] ?? 0)));
    });
  });
}

/** Waits for the pipe to close, but not on one that an escaped process holds open and never writes to. */
async function endOfOutput(output: Readable): Promise<void> {
  if (output.closed) return;
  await new Promise<void>((done) => {
    const giveUp = () => {
      // Paused means that the disk is slow, not that the pipe is silent.
      if (output.isPaused()) timer.refresh();
      else output.destroy();
    };
    const timer = setTimeout(giveUp, SILENT_PIPE_MS);
    output.on('data', () => timer.refresh());
    output.once('close', () => {
      clearTimeout(timer);
      done();
    });
  });
}
