import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { S3Endpoint } from '../s3-endpoint.js';
import type { LazyMount } from './lazy-mount.js';

const MOUNT_DEADLINE_MS = 10_000;
const UNMOUNT_DEADLINE_MS = 5_000;
const LOOK_EVERY_MS = 20;

/**
 * Shows `bucket/prefix/` at `folder` by FUSE: rclone's mount, a process of its own that ends with this one.
 *
 * Unavailable without rclone and `fusermount3`, without a usable `/dev/fuse`, and when rclone cannot mount.
 */
export async function rcloneMount(
  settings: S3Endpoint,
  bucket: string,
  prefix: string,
  folder: string,
): Promise<LazyMount> {
  const missing = missingForFuse();
  if (missing !== undefined) return { kind: 'unavailable', because: missing };
  const at = await realpath(folder);
  const child = spawnRclone(settings, `:s3:${bucket}/${prefix.replace(/\/+$/, '')}`, at);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    if (said.length < 4096) said += chunk.toString('utf8');
  });
  const ended = once(child, 'exit').catch(() => undefined);
  const isMounted = await mountAppears(child, at);
  if (isMounted) return { kind: 'mounted', unmount: () => unmount(child, ended, at) };
  await unmount(child, ended, at);
  return { kind: 'unavailable', because: said.trim().split('\n').at(-1) || 'rclone did not mount it in time' };
}

function missingForFuse(): string | undefined {
  if (process.platform !== 'linux') return 'FUSE mounts are made on Linux only';
  for (const program of ['rclone', 'fusermount3']) {
    if (!isOnPath(program)) return `${program} is not installed on the agent's machine`;
  }
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
    return undefined;
  } catch {
    return 'the agent may not use /dev/fuse';
  }
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function spawnRclone(settings: S3Endpoint, remote: string, folder: string): ChildProcess {
  const { endpoint, region, accessKeyId, secretAccessKey } = settings;
  const hasKeys = accessKeyId !== undefined && secretAccessKey !== undefined;
  // Data does not change while it is trained on, so folders are listed once. Nothing is kept on disk.
  const view = ['--read-only', '--dir-cache-time', '9999h', '--poll-interval', '0', '--vfs-cache-mode', 'off'];
  // A container of root's may run its program as somebody else; only root may show a view to others.
  const readers = process.getuid?.() === 0 ? ['--allow-other'] : [];
  const traffic = ['--buffer-size', '8M', '--no-modtime', '--no-checksum', '--use-server-modtime', '--retries', '3'];
  return spawn(
    'setpriv',
    ['--pdeathsig', 'TERM', '--', 'rclone', 'mount', remote, folder, ...view, ...readers, ...traffic, '--config', ''],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...awsVariables(),
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        RCLONE_S3_PROVIDER: endpoint === undefined ? 'AWS' : 'Other',
        RCLONE_S3_LIST_VERSION: '2',
        RCLONE_S3_REGION: region ?? 'us-east-1',
        RCLONE_S3_FORCE_PATH_STYLE: String(settings.forcePathStyle ?? endpoint !== undefined),
        ...(endpoint === undefined ? {} : { RCLONE_S3_ENDPOINT: endpoint }),
        ...(hasKeys
          ? { RCLONE_S3_ACCESS_KEY_ID: accessKeyId, RCLONE_S3_SECRET_ACCESS_KEY: secretAccessKey }
          : { RCLONE_S3_ENV_AUTH: 'true' }),
      },
    },
  ).on('error', () => undefined);
}

/** What the AWS chain of credentials looks at; not AWS_CA_BUNDLE, with which rclone's S3 does not start. */
function awsVariables(): Record<string, string | undefined> {
  const names = Object.keys(process.env).filter((name) => name.startsWith('AWS_') && name !== 'AWS_CA_BUNDLE');
  return Object.fromEntries(names.map((name) => [name, process.env[name]]));
}

async function mountAppears(child: ChildProcess, folder: string): Promise<boolean> {
  const deadline = performance.now() + MOUNT_DEADLINE_MS;
  while (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    if (isMountPoint(folder)) return true;
    if (performance.now() > deadline) return false;
    await new Promise((wake) => setTimeout(wake, LOOK_EVERY_MS));
  }
  return false;
}

/** Takes away the views below a folder that a process which was killed has left. */
export async function unmountBelow(folder: string): Promise<void> {
  for (const mountPoint of mountPoints().filter((path) => path.startsWith(`${folder}/`))) await detach(mountPoint);
}

async function unmount(child: ChildProcess, ended: Promise<unknown>, folder: string): Promise<void> {
  if (isMountPoint(folder)) await detach(folder);
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), UNMOUNT_DEADLINE_MS);
  await ended;
  clearTimeout(late);
}

/** Lazily, so that a program that still holds a file open cannot keep the folder. */
async function detach(mountPoint: string): Promise<void> {
  const unmounting = spawn('fusermount3', ['-u', '-z', mountPoint], { stdio: 'ignore' });
  await once(unmounting, 'exit').catch(() => undefined);
}

function isMountPoint(folder: string): boolean {
  return mountPoints().includes(folder);
}

/** Every mount point of this process, with the octal escapes of `/proc/self/mountinfo` undone. */
function mountPoints(): string[] {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) =>
        (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8))),
      );
  } catch {
    return [];
  }
}
