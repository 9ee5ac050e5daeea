import type { ObjectStore } from '@fleetune/artifacts';

/** How a program is started: its argument vector, and variables it needs beyond the job's own. */
export interface ProgramCommand {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface ExecutionClock {
  /** Wall clock, as `Date.now()`. */
  nowMs(): number;
  /** Never goes back, as `performance.now()`. */
  monotonicMs(): number;
}

export type SandboxChoice = 'auto' | 'bubblewrap' | 'namespaces' | 'none';

export interface AttemptExecutorOptions {
  /** Folder of this agent; attempts live below it. Hidden from training code. Made when it is missing. */
  readonly stateFolder: string;
  readonly stores: ObjectStore;
  /**
   * Finds the program of a built-in algorithm. A rejection is the job's fault (ClientError): there is no such algorithm
   * or version here.
   */
  readonly resolveBuiltin: (name: string, version: string | undefined) => Promise<ProgramCommand>;
  /** Absolute path of the Python that runs scripts. */
  readonly pythonInterpreter: () => string | Promise<string>;
  /**
   * Makes (or finds) an environment that has what a `requirements.txt` lists, and returns its Python. A rejection is the
   * job's fault. Without it, a source with a requirements.txt runs on {@link pythonInterpreter} as it is.
   */
  readonly prepareEnvironment?: (requirementsFile: string) => Promise<{ readonly python: string }>;
  /** `auto`, the default, takes the strongest that works on this host. */
  readonly sandbox?: SandboxChoice;
  /** Files and folders that training code must not see: the server's data folder, credentials. */
  readonly hiddenPaths?: readonly string[];
  /** What training code needs from inside hidden paths, such as Python environments. Read-only. */
  readonly exposedPaths?: readonly string[];
  /** From SIGTERM to SIGKILL. Default 120,000, as SageMaker. */
  readonly stopGraceMs?: number;
  /** How much of an attempt's log is kept on disk. Default 256 MiB; the oldest goes first. */
  readonly logSpoolBytes?: number;
  /** How often an attempt's disk use is measured. Default 2,000. */
  readonly diskCheckEveryMs?: number;
  readonly clock?: ExecutionClock;
}

const SYSTEM_CLOCK: ExecutionClock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

/** The options with every default filled in. */
export function withDefaults(options: AttemptExecutorOptions) {
  return {
    ...options,
    sandbox: options.sandbox ?? 'auto',
    hiddenPaths: options.hiddenPaths ?? [],
    exposedPaths: options.exposedPaths ?? [],
    stopGraceMs: options.stopGraceMs ?? 120_000,
    logSpoolBytes: options.logSpoolBytes ?? 256 * 1024 * 1024,
    diskCheckEveryMs: options.diskCheckEveryMs ?? 2_000,
    clock: options.clock ?? SYSTEM_CLOCK,
  };
}

export type ExecutorSettings = ReturnType<typeof withDefaults>;
