import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What tells a process from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from boot to its start. */
  readonly startTicks: string;
}

/** Undefined when there is no such process (any more). Zombies count as gone: they run nothing. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  const fields = statFields(pid);
  if (fields === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return { pid, startTicks: fields[19] ?? '' };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return processIdentity(identity.pid)?.startTicks === identity.startTicks;
}

/** The process group; undefined when there is no such process. */
export function groupOf(pid: number): number | undefined {
  const group = statFields(pid)?.[2];
  return group === undefined ? undefined : Number(group);
}

/** The parts of /proc/PID/stat after the command's name: state first, process group third, start time twentieth. */
function statFields(pid: number): string[] | undefined {
  const text = read(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

export function allPids(): number[] {
  const names = readdirOrEmpty('/proc');
  return names.map(Number).filter((pid) => Number.isInteger(pid) && pid > 0);
}

/** The variables a process was started with; empty where they cannot be read. */
export function environmentOf(pid: number): ReadonlyMap<string, string> {
  const pairs = (read(`/proc/${pid}/environ`) ?? '').split('\0').filter((pair) => pair.includes('='));
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

/** Changes with every start of the machine; empty where the system does not say. */
export function currentBootId(): string {
  return (read('/proc/sys/kernel/random/boot_id') ?? '').trim();
}

/** The argument vector, NUL-separated; empty where it cannot be read. */
export function commandLineOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`) ?? '';
}

export function childrenOf(pid: number): number[] {
  const text = read(`/proc/${pid}/task/${pid}/children`) ?? '';
  return text.split(' ').map(Number).filter(Boolean);
}

/** Names the PID namespace a process is in; undefined where it cannot be read. */
export function pidNamespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** The numbers of a process in each PID namespace it is in, outermost first; empty where they cannot be read. */
export function namespacePids(pid: number): number[] {
  const line = /^NSpid:(.*)$/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1] ?? '';
  return line.split('\t').filter(Boolean).map(Number);
}

/** Sends a signal; false when there is no such process or it is not ours. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

function readdirOrEmpty(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
