import type { AttemptKey, AttemptPhase, AttemptResult, MetricPoint, StopReason } from '@fleetune/domain';
import type { TrainingOrder } from '@fleetune/protocol';

/** What an execution tells while it runs. Called in order; must not throw. */
export interface AttemptObserver {
  phase(phase: AttemptPhase, atMs: number, message: string): void;
  metrics(points: readonly MetricPoint[]): void;
  /** More of the log is in the spool. */
  logGrew(): void;
}

/** Reads what the program printed, by offsets over all bytes it ever printed. */
export interface LogReader {
  /** Up to `maxBytes` from `offset`. Starts later than `offset` where the spool had to drop bytes. */
  read(offset: number, maxBytes: number): Promise<{ readonly offset: number; readonly data: Uint8Array }>;
  /** Bytes printed so far, dropped ones included. */
  readonly length: number;
}

/** One attempt on its way from the granted order to its result. */
export interface AttemptExecution {
  readonly key: AttemptKey;
  readonly log: LogReader;
  /** Resolves once, when no process of the attempt lives any more and its artifacts are stored. Never rejects. */
  readonly result: Promise<AttemptResult>;
  /** SIGTERM, then SIGKILL after the grace period; what the program saved is still uploaded. */
  stop(reason: StopReason): void;
  /** Ends every process at once and uploads nothing (the lease is lost). Resolves when none is left. */
  kill(): Promise<void>;
  /** Removes the attempt's folder, after the result was acknowledged. */
  dispose(): Promise<void>;
}

export interface AttemptStart {
  readonly key: AttemptKey;
  readonly order: TrainingOrder;
  readonly observer: AttemptObserver;
  /** Cores this attempt may count on, at least 1 (`SM_NUM_CPUS`). */
  readonly cpuCount: number;
  /** UUIDs of the GPUs bound to this attempt. */
  readonly gpuUuids: readonly string[];
  /** When the slot that now serves this attempt became free, by `performance.now()`. */
  readonly slotFreeAtMonotonicMs: number;
}

/** Starts attempts. The membership half of the agent knows executions only by this. */
export interface AttemptExecutor {
  start(attempt: AttemptStart): AttemptExecution;
  /** Kills what an earlier, crashed agent process left running, and removes its folders. */
  sweepOrphans(): Promise<{ readonly killedProcesses: number }>;
  /** How training code is walled in here. */
  readonly sandbox: 'bubblewrap' | 'namespaces' | 'none';
}
