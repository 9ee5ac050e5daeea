import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { say } from '../run.mjs';
import { spawnFleetune } from './fleetune.mjs';

/**
 * Starts `fleetune up` on free ports in a data folder of its own below `parent`.
 *
 * @returns {Promise<{dataDirectory: string, stop(options: {keep: boolean}): Promise<void>}>}
 */
export async function startFleet(parent, slots) {
  removeAbandoned(parent);
  const dataDirectory = `${parent}/run-${process.pid}`;
  rmSync(dataDirectory, { recursive: true, force: true });
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const up = spawnFleetune(
    ['up', '--data', dataDirectory, '--port', '0', '--grpc-port', '0', '--slots', slots, '--json'],
    {
      // Its own process group: Ctrl-C reaches the demo, which stops things in order.
      ...{ stdio: ['ignore', 'pipe', 2], detached: true },
    },
  );
  const ended = new Promise((resolve) => up.on('close', resolve));
  const interrupt = () => up.kill('SIGTERM');
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  await Promise.race([
    new Promise((resolve) => up.stdout.once('data', resolve)),
    ended.then((code) => {
      throw new Error(`"fleetune up" ended with exit code ${code}.`);
    }),
  ]);
  return {
    dataDirectory,
    async stop({ keep }) {
      up.kill('SIGTERM');
      await ended;
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
      if (keep) say(`Its data folder is kept: ${dataDirectory}`);
      else rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** Folders of demos that were killed. */
function removeAbandoned(parent) {
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    const pid = Number(/^run-(\d+)$/.exec(name)?.[1]);
    if (!isAlive(pid)) rmSync(`${parent}/${name}`, { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    return Number.isInteger(pid) && process.kill(pid, 0);
  } catch {
    return false;
  }
}
