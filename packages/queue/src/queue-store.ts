import type { AttemptKey } from '@fleetune/domain';
import type { BulkJobOptions, Job, JobType } from 'bullmq';

/** All that a job on a class queue carries. */
export type EntryPayload = AttemptKey;

/** What is used of BullMQ's `Queue`, the same on both stores. */
export interface EntryQueue {
  add(name: string, data: EntryPayload, options: BulkJobOptions): Promise<unknown>;
  addBulk(jobs: { name: string; data: EntryPayload; opts: BulkJobOptions }[]): Promise<unknown>;
  remove(id: string): Promise<number>;
  getJobCounts(...states: JobType[]): Promise<Record<string, number>>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** What is used of BullMQ's `Worker`, which is asked for single jobs and never runs by itself. */
export interface EntryWorker {
  readonly id: string;
  getNextJob(token: string, options: { block: boolean }): Promise<Job<EntryPayload> | undefined>;
  getBackend(): {
    waitForJob(blockTimeoutSeconds: number): Promise<unknown>;
    disconnectBlocking(wait?: boolean): Promise<void>;
    moveStalledJobsToWait(): Promise<unknown>;
  };
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
}

/** What the class queues need from Redis or from PostgreSQL. */
export interface QueueStore {
  /** Such as `Redis at 127.0.0.1:6379`; without the password. */
  readonly description: string;
  openQueue(name: string): EntryQueue;
  openWorker(name: string): EntryWorker;
  /** Does the work, but rejects as soon as the connection is known to be down, where its driver would wait for another. */
  unlessLost<T>(work: () => Promise<T>): Promise<T>;
  ping(): Promise<void>;
  ensureReady(): Promise<void>;
  close(): Promise<void>;
}

/** An entry that hears nothing for so long may be handed out again. A claim takes milliseconds. */
const LOCK_DURATION_MS = 5_000;

/** How often consumers look for entries whose agent is dead. */
export const STALLED_INTERVAL_MS = 2_500;

/** How long a consumer waits before it looks for itself. Bounds the harm of a wake-up that was lost with its hearer. */
export const WAIT_SECONDS = 5;

export const QUEUE_OPTIONS = {
  // Nobody reads BullMQ's event stream here.
  streams: { events: { maxLen: 10 } },
} as const;

export const WORKER_OPTIONS = {
  autorun: false,
  lockDuration: LOCK_DURATION_MS,
  skipLockRenewal: true,
  skipStalledCheck: true,
  stalledInterval: STALLED_INTERVAL_MS,
  // However often an agent died over it, whether an attempt may still run is the scheduler's decision.
  maxStalledCount: 1_000_000,
} as const;

/** BullMQ refuses colons in names; `%3A` stands for them. */
export function queueName(instanceClass: string): string {
  return encodeURIComponent(instanceClass);
}

/** The same attempt has the same id, so that putting it in twice leaves one. BullMQ refuses colons and bare integers. */
export function entryId(key: AttemptKey): string {
  return `${encodeURIComponent(key.trainingJobId)}-${key.fence}`;
}
