import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresBinaries } from './binaries.js';
import { type DataDirectory, readTextOrNothing, writeWhole } from './data-directory.js';
import { ServerStartError } from './errors.js';
import { programEnvironment } from './library-links.js';
import { identifyProcess, isAlive, type ProcessIdentity } from './process-identity.js';
import { type RunningServer, readRunningServer } from './running-server.js';
import { commandAs, type ServerAccount } from './server-account.js';
import { serverSettings } from './server-settings.js';

/** Recovery after a crash replays at most the write-ahead log that the settings allow: seconds, on a slow disk more. */
const START_DEADLINE_MS = 120_000;
const START_POLL_MS = 5;
const FAST_SHUTDOWN_MS = 15_000;
const IMMEDIATE_SHUTDOWN_MS = 5_000;
const LOG_LIMIT_BYTES = 8 * 1024 * 1024;
const LOG_TAIL_LINES = 15;

/** Starts the server and waits until it answers. @throws ServerStartError with the last lines of the server's log. */
export async function startServer(
  directory: DataDirectory,
  binaries: PostgresBinaries,
  account: ServerAccount,
): Promise<RunningServer> {
  await rotateLog(directory);
  for (let attempt = 1; ; attempt += 1) {
    const port = await choosePort(attempt === 1 ? Number(await readTextOrNothing(directory.port)) : 0);
    const logStart = await fileSize(directory.serverLog);
    const started = await launch(directory, binaries, account, port);
    if (started !== undefined) {
      await writeWhole(directory.port, `${port}\n`);
      return started;
    }
    const log = (await readFile(directory.serverLog)).subarray(logStart).toString().trim();
    // Between choosing a port and listening on it, somebody else may have taken it.
    if (attempt < 3 && /Address already in use|could not create any TCP\/IP sockets/.test(log)) continue;
    throw new ServerStartError(
      `PostgreSQL did not start in ${directory.cluster}. The end of ${directory.serverLog} says:\n${log.split('\n').slice(-LOG_TAIL_LINES).join('\n')}`,
    );
  }
}

/**
 * Stops the server: open transactions are rolled back and everything is written out. One that does not come to an
 * end is told to drop everything (the next start recovers), then killed.
 */
export async function stopServer(server: ProcessIdentity): Promise<void> {
  const steps = [
    { signal: 'SIGINT', waitMs: FAST_SHUTDOWN_MS },
    { signal: 'SIGQUIT', waitMs: IMMEDIATE_SHUTDOWN_MS },
    { signal: 'SIGKILL', waitMs: IMMEDIATE_SHUTDOWN_MS },
  ] as const;
  for (const { signal, waitMs } of steps) {
    if (!(await isAlive(server))) return;
    if (!sendSignal(server.pid, signal)) return;
    if (await hasEnded(server, waitMs)) return;
  }
}

/** Undefined when the server ended before it was ready; its log then says why. */
async function launch(
  directory: DataDirectory,
  binaries: PostgresBinaries,
  account: ServerAccount,
  port: number,
): Promise<RunningServer | undefined> {
  const command = commandAs(account, binaries.postgres, ['-D', directory.cluster, ...serverSettings(directory, port)]);
  const log = await open(directory.serverLog, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(command.file, command.args, {
      cwd: directory.path,
      env: programEnvironment(directory.libraryLinks, binaries),
      stdio: ['ignore', log.fd, log.fd],
      // A session of its own: Ctrl-C in the terminal must reach only the parent, which then stops the server in order.
      detached: true,
      uid: command.uid,
      gid: command.gid,
    });
  } finally {
    await log.close();
  }
  child.unref();
  let failure: Error | undefined;
  let ended = false;
  child.once('error', (error) => {
    failure = error;
  });
  child.once('exit', () => {
    ended = true;
  });
  const deadline = performance.now() + START_DEADLINE_MS;
  while (!ended && performance.now() < deadline) {
    if (failure !== undefined) throw new ServerStartError(`PostgreSQL could not be run: ${failure.message}`);
    const server = await readRunningServer(directory);
    if (server?.ready && server.pid === child.pid) return server;
    await sleep(START_POLL_MS);
  }
  if (!ended && child.pid !== undefined) await stopServer(await identifyProcess(child.pid));
  return undefined;
}

/** @returns false when there is no such process any more: it may end at any time, also just before. */
function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

async function hasEnded(server: ProcessIdentity, waitMs: number): Promise<boolean> {
  const deadline = performance.now() + waitMs;
  while (await isAlive(server)) {
    if (performance.now() > deadline) return false;
    await sleep(START_POLL_MS);
  }
  return true;
}

/** `wanted` when it is free, else any free port. Keeping the port lets clients find the server again after a restart. */
async function choosePort(wanted: number): Promise<number> {
  return (wanted > 0 ? await tryPort(wanted) : undefined) ?? (await tryPort(0)) ?? 0;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

async function rotateLog(directory: DataDirectory): Promise<void> {
  if ((await fileSize(directory.serverLog)) > LOG_LIMIT_BYTES) {
    await rename(directory.serverLog, `${directory.serverLog}.1`);
  }
}

async function fileSize(path: string): Promise<number> {
  return stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
}
