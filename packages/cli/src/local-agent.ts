import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CommandError, EXIT } from './exit-code.js';

export interface LocalAgent {
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
  /** Lets running programs save. Called again, ends them at once. */
  stop(): void;
  /** Ends the process without asking it. */
  kill(): void;
}

export interface LocalAgentSettings {
  readonly grpcUrl: string;
  readonly joinToken: string;
  readonly dataDirectory: string;
  readonly slots: number;
  readonly logLevel: string;
}

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));

/**
 * Starts an agent beside the server, as a process of its own, and waits until it takes work.
 *
 * @throws CommandError when it ends instead.
 */
export async function startLocalAgent(settings: LocalAgentSettings): Promise<LocalAgent> {
  const { grpcUrl, joinToken, dataDirectory, slots, logLevel } = settings;
  const child = fork(
    MAIN,
    [
      'agent',
      '--join',
      grpcUrl,
      '--slots',
      String(slots),
      '--name',
      'local',
      '--data',
      dataDirectory,
      '--log-level',
      logLevel,
    ],
    {
      env: { ...process.env, FLEETUNE_JOIN_TOKEN: joinToken },
      // Its own process group: Ctrl-C reaches `up` alone, which ends things in order.
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await ready(child);
  return {
    ended,
    stop: () => void child.kill('SIGTERM'),
    kill: () => void child.kill('SIGKILL'),
  };
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null) =>
      reject(
        new CommandError(EXIT.failed, `The local agent ended with status ${code ?? 'unknown'} before it was ready.`),
      );
    child.once('exit', failed);
    child.once('error', reject);
    child.once('message', () => {
      child.off('exit', failed);
      resolve();
    });
  });
}
