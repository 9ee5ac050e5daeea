import { spawn } from 'node:child_process';

/** Waits for a word; when the pipe closes without one, the agent is dead. */
const WAIT_AND_KILL = 'read -r word; test "$word" = over || kill -9 "$1"';

/**
 * Sees to it that a container ends with this agent process, even when that is killed: a shell waits at a pipe that only
 * closes with the agent, and kills the container's process 1 then, which takes all others along.
 *
 * @param pid of process 1 of the container, as this machine counts. An engine of another user keeps it from being killed;
 *   then the sweep of the next agent process finds the container.
 * @returns what dismisses the guard, when the container has ended.
 */
export function guardContainer(pid: number): () => void {
  const guard = spawn('/bin/sh', ['-c', WAIT_AND_KILL, 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Out of reach of signals to the agent's terminal.
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  return () => guard.stdin.end('over\n');
}
