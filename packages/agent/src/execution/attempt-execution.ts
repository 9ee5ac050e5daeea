import type { CacheStatistics } from '@fleetune/artifacts';
import type { AttemptKey, AttemptPhase, AttemptResult, MetricPoint, Resources, StopReason } from '@fleetune/domain';
import type { TrainingOrder } from '@fleetune/protocol';
import type { ZygoteStatistics } from './runtimes/zygote/zygote-statistics.js';

/** What an execution tells while it runs. Called in order; must not throw. */
export interface AttemptObserver {
  phase(phase: AttemptPhase, atMs: number, message: string): void;
  metrics(points: readonly MetricPoint[]): void;
  /** There is more to read of the log. */
  logGrew(): void;
}

/** Reads what the program printed, by offsets over all bytes it ever printed. */
export interface LogReader {
  /** Up to `maxBytes` from `offset`. Starts later than `offset` where the oldest bytes had to be dropped. */
  read(offset: number, maxBytes: number): Promise<{ readonly offset: number; readonly data: Uint8Array }>;
  /** Bytes printed so far, dropped ones included. */
  readonly length: number;
}

/** What a stop may take, both counted from the stop. */
export interface StopTime {
  /** Until the program is killed. */
  readonly saveMs: number;
  /** Until its checkpoints are stored, or given up. */
  readonly endMs: number;
}

/** One attempt on its way from the granted order to its result. */
export interface AttemptExecution {
  readonly key: AttemptKey;
  readonly log: LogReader;
  /** Resolves once, when no process of the attempt lives any more and its artifacts are stored. Never rejects. */
  readonly result: Promise<AttemptResult>;
  /**
   * SIGTERM, then SIGKILL after the grace period; what the program saved is still uploaded, unless the attempt is to be
   * made again.
   *
   * @param time that is left for it, where it is less than the grace period.
   */
  stop(reason: StopReason, time?: StopTime): void;
  /** Ends every process at once and uploads nothing (the lease is lost). Resolves when none is left. */
  kill(): Promise<void>;
  /** Removes the attempt's folder, after the result was acknowledged. */
  dispose(): Promise<void>;
  /** The server has everything that was told before this moment of the monotonic clock. */
  toldUntil?(monotonicMs: number): void;
  /** True when it goes on where it is if this process ends now, and the next one takes it over. */
  readonly outlivesAgent?: boolean;
  /** Looks after it no more, for this process ends now. */
  letGo?(): void;
}

export interface AttemptStart {
  readonly key: AttemptKey;
  readonly order: TrainingOrder;
  readonly observer: AttemptObserver;
  /** The room it was given. */
  readonly resources: Resources;
  /** Cores this attempt may count on, at least 1 (`SM_NUM_CPUS`). */
  readonly cpuCount: number;
  /** UUIDs of the GPUs bound to this attempt. */
  readonly gpuUuids: readonly string[];
  /** When the slot that now serves this attempt became free, by `performance.now()`. */
  readonly slotFreeAtMonotonicMs: number;
  /**
   * Asks the server whether the attempt is still this agent's. Without its yes nothing is published where another attempt
   * of the same job may have published already.
   */
  confirmLease(): Promise<boolean>;
}

/** An attempt that an earlier agent process left: its program runs, or has ended and nobody was told. */
export interface KeptAttempt extends Pick<AttemptStart, 'key' | 'order' | 'resources' | 'cpuCount' | 'gpuUuids'> {
  /** Goes on with it. */
  takeOver(way: Pick<AttemptStart, 'observer' | 'confirmLease'>): AttemptExecution;
}

/** Starts attempts. The membership half of the agent knows executions only by this. */
export interface AttemptExecutor {
  start(attempt: AttemptStart): AttemptExecution;
  /** What earlier agent processes of this state folder left and this one can go on with. Call it once, at first. */
  keptAttempts?(): readonly KeptAttempt[];
  /**
   * Programs may run on until then, by `performance.now()`, should this process stand still or be gone: kept ones are
   * ended at that time by their supervisors.
   */
  holdLeases?(untilMonotonicMs: number): void;
  /** Kills what an earlier, crashed agent process left running and is not kept, and removes its folders. */
  sweepOrphans(): Promise<{ readonly killedProcesses: number }>;
  /** Keeps what an attempt that has ended left for the next one of its warm pool. */
  keepWarmPool?(key: AttemptKey, warmPool: string): void;
  /** Removes what the attempts of a warm pool left to each other. */
  endWarmPool?(warmPool: string): Promise<void>;
  /** How training code is walled in here. */
  readonly sandbox: 'bubblewrap' | 'namespaces' | 'none';
  /** What the cache of input data did so far. */
  readonly cacheStatistics?: () => CacheStatistics;
  /** What zygotes did so far; undefined where there are none. */
  readonly zygoteStatistics?: () => ZygoteStatistics | undefined;
  /** Ends what outlives single attempts. An agent that dies without this leaves nothing either. */
  readonly close?: () => Promise<void>;
}
