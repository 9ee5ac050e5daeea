import type { ChildProcess } from 'node:child_process';
import type { AttemptFolder } from '../contract/attempt-folder.js';
import type { ProcessTree } from '../process-tree/process-tree.js';

/** A file or folder of the host that the program sees, read-only, at a place below its `/opt/ml`. */
export interface ChannelMount {
  readonly source: string;
  /** Below the training root. An empty file or folder lies there as the mount point. */
  readonly target: string;
}

/** A program that is ready to start but for its walls. Paths in it are as the program sees them. */
export interface SandboxedProgram {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingFolder: string;
  readonly folder: AttemptFolder;
  readonly mounts: readonly ChannelMount[];
  readonly networkIsolation: boolean;
  /** Variables that mark every process of the attempt; part of `environment` too. */
  readonly tag: Readonly<Record<string, string>>;
}

/** What to hand to the operating system. */
export interface Launch {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingFolder: string;
  tree(launcher: ChildProcess): ProcessTree;
  /** What holds the program's processes: the launcher's namespace, the folder of a cgroup, or only their tag. */
  readonly keptTogetherBy: string;
  /** Takes back what was prepared, when the launcher cannot be started. */
  discard?(): void;
}

/** One way of walling in training code. */
export interface Sandbox {
  readonly kind: 'bubblewrap' | 'namespaces' | 'none';
  /** True when programs find their files at a real, private `/opt/ml`, and mounts and network isolation work. */
  readonly isolates: boolean;
  /** Where attempts' cgroups are made; undefined where none are needed or possible. */
  readonly cgroupParent?: string | undefined;
  launch(program: SandboxedProgram): Launch;
  /** What begins the command line of an installer, to wall it in; empty where there are no walls. */
  confine(access: InstallerAccess): readonly string[];
}

/** What an installer may reach beyond what everybody may read. It has the network. */
export interface InstallerAccess {
  /** The only folder it can write to; it exists by the time the installer starts. */
  readonly writable: string;
  /** What it needs from inside hidden folders. */
  readonly readable: readonly string[];
}

/** Where every isolating sandbox shows the training folder. */
export const OPT_ML = '/opt/ml';

/**
 * The script of a sandbox's process 1. It prepares, runs the program and waits for it, so that the program keeps the
 * ordinary meaning of signals, and everything it leaves behind ends with it. Standard error joins standard output. Asked
 * to end (SIGTERM) while it prepares, it does not start the program any more.
 */
export function initScript(preparation = ''): string {
  return `fleetune_stop=; trap 'fleetune_stop=1' TERM; ${preparation} test "$fleetune_stop" && exit 143; "$@" 2>&1; exit $?`;
}

/** Capabilities with which root could look through or take down the walls. */
export const DROPPED_CAPABILITIES = [
  'sys_admin',
  'sys_ptrace',
  'sys_module',
  'sys_rawio',
  'sys_boot',
  'sys_time',
  'net_admin',
  'mknod',
  'syslog',
  'dac_read_search',
] as const;

/**
 * Splits off what would change how the launcher itself runs, outside the walls: they are set for the program only.
 * `forLauncher` has the agent's own PATH.
 */
export function splitLauncherVariables(environment: Readonly<Record<string, string>>) {
  const path = process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin';
  const entries = Object.entries(environment);
  const isProgramOnly = ([name, value]: readonly [string, string]) =>
    /^(LD_|GLIBC_|LIBMOUNT_|LOCPATH$|ENV$|BASH_ENV$)/.test(name) || (name === 'PATH' && value !== path);
  return {
    programOnly: entries.filter(isProgramOnly),
    forLauncher: { ...Object.fromEntries(entries.filter((entry) => !isProgramOnly(entry))), PATH: path },
  };
}
