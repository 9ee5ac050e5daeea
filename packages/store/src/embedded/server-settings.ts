import { join } from 'node:path';
import type { DataDirectory } from './data-directory.js';

/** Longest path of a socket that the system takes (`sun_path`, less its end mark; macOS has 4 bytes less). */
const SOCKET_PATH_LIMIT_BYTES = process.platform === 'darwin' ? 103 : 107;

/** Durable, for one machine, small in memory. Given on the command line, so that a new version brings new settings. */
export function serverSettings(directory: DataDirectory, port: number): string[] {
  const settings: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: socketDirectory(directory, port),
    unix_socket_permissions: '0700',
    max_connections: '60',
    shared_buffers: '32MB',
    huge_pages: 'off',
    io_method: 'sync',
    fsync: 'on',
    synchronous_commit: 'on',
    max_wal_size: '512MB',
    max_parallel_workers_per_gather: '0',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** The data directory, for `psql` on this machine; empty (no socket) when its path is too long for one. */
function socketDirectory(directory: DataDirectory, port: number): string {
  const path = join(directory.path, `.s.PGSQL.${port}`);
  if (Buffer.byteLength(path) > SOCKET_PATH_LIMIT_BYTES) return '';
  // The setting is a list: quotes keep commas and spaces of a path together.
  return `"${directory.path.replaceAll('"', '""')}"`;
}
