import { access, constants, mkdir, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { type Finding, fail, ok, warn } from './finding.js';

const GIB = 2 ** 30;

export async function checkMemory(): Promise<Finding> {
  const found = `${(freemem() / GIB).toFixed(1)} of ${(totalmem() / GIB).toFixed(1)} GiB free, ${availableParallelism()} cores`;
  if (totalmem() < 2 * GIB)
    return warn('memory', found, 'Server and database take 0.5 GiB; run few training jobs at once (--slots).');
  return ok('memory', found);
}

export async function checkDataFolder(folder: string): Promise<Finding> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(
      'data folder',
      `${folder}: ${reason}`,
      'Choose another with --data or FLEETUNE_DATA, or repair its rights.',
    );
  }
  const open = ((await stat(folder)).mode & 0o077) !== 0;
  if (open) return warn('data folder', `${folder} can be read by others`, `It holds credentials: chmod 700 ${folder}`);
  return ok('data folder', folder);
}

export async function checkDisk(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder).catch(() => statfs(dirname(folder)));
  const freeGib = (bavail * bsize) / GIB;
  const found = `${freeGib.toFixed(1)} GiB free for ${folder}`;
  if (freeGib < 1) return fail('disk', found, 'Free at least 1 GiB, or choose another folder with --data.');
  if (freeGib < 5)
    return warn('disk', found, 'Models, logs and Python environments may fill it; 5 GiB is comfortable.');
  return ok('disk', found);
}

/** Whether `fleetune up` could listen; a server that runs already is no fault. */
export async function checkPorts(ports: readonly number[], serverRuns: boolean): Promise<Finding> {
  const taken: number[] = [];
  for (const port of ports) if (!(await isFree(port))) taken.push(port);
  if (taken.length === 0) return ok('ports', `${ports.join(' and ')} are free`);
  if (serverRuns) return ok('ports', `${taken.join(' and ')} in use, and a server answers`);
  return warn(
    'ports',
    `${taken.join(' and ')} in use`,
    'Stop what listens there, or use fleetune up --port 0 --grpc-port 0.',
  );
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
