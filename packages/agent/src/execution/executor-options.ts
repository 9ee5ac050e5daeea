import type { ObjectStore } from '@fleetune/artifacts';
import { withZygoteDefaults, type ZygoteChoice, type ZygoteOptions } from './runtimes/zygote/zygote-options.js';

/** How a program is started: its argument vector, and variables it needs beyond the job's own. */
export interface ProgramCommand {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Installs what a `requirements.txt` lists on top of an interpreter's packages. */
export interface RequirementsRequest {
  readonly requirementsFile: string;
  /** Absolute path of the interpreter; undefined stands for the one that runs scripts. */
  readonly python: string | undefined;
  /**
   * The words to put before an installer's command line, so that it can write to one folder only, and read what is
   * hidden otherwise where that is named. None where this agent has no sandbox.
   */
  readonly confine: (access: { readonly writable: string; readonly readable: readonly string[] }) => readonly string[];
}

/** What stands in for container images, where training runs as plain processes. */
export interface ImageCatalogue {
  /** How the image map wants an image run: in what stands in for it, or as it is; undefined when it does not say. */
  choice(image: string): 'environment' | 'container' | undefined;
  /** The built-in algorithm that an image is when it is run as it is. */
  builtin(image: string): { readonly name: string; readonly version: string } | undefined;
  /**
   * Makes (or finds) the virtual environment that stands in for an image, and returns its Python. A rejection is the
   * job's fault: nothing stands in for it here.
   */
  environment(
    image: string,
    confine: RequirementsRequest['confine'],
  ): Promise<{
    readonly python: string;
  }>;
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
  readonly prepareEnvironment?: (request: RequirementsRequest) => Promise<{ readonly python: string }>;
  /** Folders of Python packages that every program finds, after its own: what scripts import to talk to Fleetune. */
  readonly pythonPath?: readonly string[];
  /** Without it, jobs that ask for a container image are refused. */
  readonly images?: ImageCatalogue;
  /**
   * The container engine on this machine that runs the images that nothing stands in for: `unix://PATH` or
   * `tcp://127.0.0.1:PORT`.
   */
  readonly containerEngine?: string;
  /** The network of the engine's that containers are in; by default what the engine takes. */
  readonly containerNetwork?: string;
  /** Told when the engine does not answer as the agent starts; it is asked again with the first job that needs it. */
  readonly onContainerEngineFault?: (error: unknown) => void;
  /** `auto`, the default, takes the strongest that works on this host. */
  readonly sandbox?: SandboxChoice;
  /** Files and folders that training code must not see: the server's data folder, credentials. */
  readonly hiddenPaths?: readonly string[];
  /** What training code needs from inside hidden paths, such as Python environments. Read-only. */
  readonly exposedPaths?: readonly string[];
  /** From SIGTERM to SIGKILL. Default 120,000, as SageMaker. */
  readonly stopGraceMs?: number;
  /** How much of an attempt's log is kept on disk. Default 256 MiB; the oldest goes first. */
  readonly keptLogBytes?: number;
  /** How often an attempt's disk use is measured. Default 2,000. */
  readonly diskCheckEveryMs?: number;
  /** How much input data is kept for the next jobs. Default 10 GiB, but a quarter of the free disk at most; 0 is none. */
  readonly cacheBytes?: number;
  /** From one look at a job's checkpoints to the next. Default 10,000. */
  readonly checkpointEveryMs?: number;
  /** How long storing the last checkpoint may take, when the program ended by itself. Default 600,000. */
  readonly checkpointFlushMs?: number;
  /** Whether programs that repeat are forked from a Python that has their libraries imported. Default `auto`. */
  readonly zygote?: ZygoteChoice;
  readonly zygoteOptions?: ZygoteOptions;
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
    pythonPath: options.pythonPath ?? [],
    stopGraceMs: options.stopGraceMs ?? 120_000,
    keptLogBytes: options.keptLogBytes ?? 256 * 1024 * 1024,
    diskCheckEveryMs: options.diskCheckEveryMs ?? 2_000,
    checkpointEveryMs: options.checkpointEveryMs ?? 10_000,
    checkpointFlushMs: options.checkpointFlushMs ?? 600_000,
    onContainerEngineFault: options.onContainerEngineFault ?? (() => undefined),
    zygote: options.zygote ?? 'auto',
    zygoteLimits: withZygoteDefaults(options.zygoteOptions ?? {}),
    clock: options.clock ?? SYSTEM_CLOCK,
  };
}

export type ExecutorSettings = ReturnType<typeof withDefaults>;
