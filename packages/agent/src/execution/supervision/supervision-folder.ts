import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from '../process-tree/proc.js';

/** Where an attempt and its supervisor find what they share; `supervisor/supervise.sh` knows the same names. */
export interface SupervisionFolder {
  readonly path: string;
  readonly pipe: string;
  readonly output: string;
  readonly launcher: string;
  readonly supervisor: string;
  readonly exit: string;
  /** What a later agent process has to know of the attempt. */
  readonly record: string;
  /** Why the attempt was asked to end. */
  readonly stop: string;
  /** How far the server has the metrics. */
  readonly progress: string;
}

export function supervisionFolder(path: string): SupervisionFolder {
  const names = ['pipe', 'output', 'launcher', 'supervisor', 'exit', 'record', 'stop', 'progress'] as const;
  const paths = Object.fromEntries(names.map((name) => [name, join(path, name)])) as Record<
    (typeof names)[number],
    string
  >;
  return { path, ...paths };
}

/** Running: no exit code yet. Exited: the program's own end. Expired: ended by the supervisor, for want of a lease. */
export type RecordedExit =
  | { readonly kind: 'running' }
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'expired' };

/** The room that the exit code will need: on a full disk it could not be had later. */
export function prepareExit({ path, exit }: SupervisionFolder): void {
  mkdirSync(path, { recursive: true });
  writeFileSync(exit, ' '.repeat(8), { mode: 0o600 });
}

export function readExit({ exit }: SupervisionFolder): RecordedExit {
  const text = readText(exit);
  if (!text.endsWith('\n')) return { kind: 'running' };
  const state = text.trim();
  return state === 'expired' ? { kind: 'expired' } : { kind: 'exited', exitCode: Number(state) };
}

/** Writes down why the attempt is asked to end. A disk that takes no more costs a later agent process that knowledge. */
export function recordStop({ stop }: SupervisionFolder, reason: string): void {
  try {
    writeFileSync(stop, reason, { mode: 0o600 });
  } catch {
    // It is asked to end all the same.
  }
}

/** Why the attempt was asked to end, if it was. */
export function readStop({ stop }: SupervisionFolder): string | undefined {
  return readText(stop) || undefined;
}

export interface RecordedSupervisor extends ProcessIdentity {
  /** The process that empties the pipe. */
  readonly drainPid: number;
}

/** Undefined before it has said who it is. */
export function readSupervisor({ supervisor }: SupervisionFolder): RecordedSupervisor | undefined {
  const [, pid, startTicks, drainPid] = /^(\d+) (\d+) (\d+)\n$/.exec(readText(supervisor)) ?? [];
  if (pid === undefined || startTicks === undefined) return undefined;
  return { pid: Number(pid), startTicks, drainPid: Number(drainPid) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
