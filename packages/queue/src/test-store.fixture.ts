import type { QueueConnection } from './class-queues.js';

/** A real server under the queues, and the ways to hurt it. */
export interface TestStore {
  readonly connection: QueueConnection;
  /** Loses everything at once, while everybody is connected. */
  wipe(): Promise<void>;
  dropConnections(): Promise<void>;
  /** Kills the server without warning. */
  crash(): Promise<void>;
  /** Starts it again at the same address. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}
