import { spawnSync } from 'node:child_process';
import { accessSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** With a pause that grows by a millisecond each time: about 200 ms in all. The next sweep finds what is left. */
const REMOVE_ATTEMPTS = 20;

/** A cgroup v2 group that holds one attempt's processes. Its `kill` file reaches them all at once, forks included. */
export interface AttemptCgroup {
  readonly folder: string;
  /** The file a process writes its own number into to join. */
  readonly joinFile: string;
  pids(): number[];
  killAll(): void;
  /** Removes the empty group. Processes on their way out may hold it for some milliseconds. */
  remove(): Promise<void>;
}

/**
 * Finds a place where this process may make cgroups, by making one and moving a process into it.
 *
 * @returns the folder to make groups in, or undefined: no cgroup v2, no permission, or a kernel before 5.14.
 */
export function findCgroupParent(): string | undefined {
  try {
    const mount = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' - '))
      .find(([, source]) => source?.startsWith('cgroup2 '))?.[0]
      ?.split(' ')[4];
    const own = /^0::(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
    if (mount === undefined || own === undefined) return undefined;
    const parent = join(mount, own);
    const probe = join(parent, `fleetune-probe-${process.pid}`);
    mkdirSync(probe);
    try {
      accessSync(join(probe, 'cgroup.kill'));
      const joined = spawnSync('/bin/sh', ['-c', 'echo $$ > "$1"', 'sh', join(probe, 'cgroup.procs')]);
      return joined.status === 0 ? parent : undefined;
    } finally {
      rmdirSync(probe);
    }
  } catch {
    return undefined;
  }
}

export function makeAttemptCgroup(parent: string, name: string): AttemptCgroup {
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  return cgroupAt(folder);
}

/** The groups below `parent` whose names `isOrphan` picks. */
export function orphanCgroups(parent: string, isOrphan: (name: string) => boolean): AttemptCgroup[] {
  const names = readdirSync(parent).filter(isOrphan);
  return names.map((name) => cgroupAt(join(parent, name)));
}

export function cgroupAt(folder: string): AttemptCgroup {
  const joinFile = join(folder, 'cgroup.procs');
  return {
    folder,
    joinFile,
    pids: () => {
      try {
        return readFileSync(joinFile, 'utf8').split('\n').filter(Boolean).map(Number);
      } catch {
        return [];
      }
    },
    killAll: () => {
      try {
        writeFileSync(join(folder, 'cgroup.kill'), '1');
      } catch {
        // Already removed.
      }
    },
    remove: async () => {
      for (let attempt = 1; attempt <= REMOVE_ATTEMPTS; attempt++) {
        try {
          return rmdirSync(folder);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EBUSY') return;
          await new Promise((done) => setTimeout(done, attempt));
        }
      }
    },
  };
}
