import type { AttemptKey } from '@fleetune/domain';

/** Where the class queues live. */
export type QueueConnection =
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'postgres'; readonly url: string };

/** An attempt that is due, and the class whose agents may take it. */
export interface ClassQueueItem {
  readonly instanceClass: string;
  readonly key: AttemptKey;
  /** 0 to 2,097,152; the lower is handed out first, equal ones in order of arrival. 0 when left out. */
  readonly priority?: number;
}

export interface ClassQueueCounts {
  /** Nobody has them. */
  readonly waiting: number;
  /** Handed out, and neither done nor put back. */
  readonly handedOut: number;
}

/**
 * One queue per instance class. The queues wake agents and hand out attempts; what is due, and whose an attempt is,
 * only the store knows. So anything here may be lost or handed out twice, and the scheduler puts in again what is due.
 *
 * Methods throw {@link QueueUnavailableError} when Redis or PostgreSQL cannot be reached, or its queue schema is gone;
 * they can be called again at any time.
 */
export interface ClassQueues {
  /** Puts attempts in, each class in one step. One that is still there stays where it is. */
  enqueue(items: readonly ClassQueueItem[]): Promise<void>;
  /** Takes attempts out that nobody has. Others are left alone. */
  remove(items: readonly ClassQueueItem[]): Promise<void>;
  /** Counts per class, in the order asked for. */
  counts(instanceClasses: readonly string[]): Promise<ReadonlyMap<string, ClassQueueCounts>>;
  createConsumer(instanceClass: string): ClassConsumer;
  /** Resolves when the store answers. */
  ping(): Promise<void>;
  /**
   * Brings the store into the state the queues need, again too when it was lost: on PostgreSQL the schema `bullmq`,
   * for which the connection's role must be allowed to create it. Called by servers, not by agents.
   */
  ensureReady(): Promise<void>;
  /** Closes the consumers too. What they hold and have not finished goes back on its queue by itself. */
  close(): Promise<void>;
}

/** Takes attempts of one class, each when asked to. */
export interface ClassConsumer {
  readonly instanceClass: string;
  /**
   * Waits for the next attempt, through losses of the connection too. Undefined when aborted or closed. Calls that wait
   * at the same time are served in turn.
   */
  next(signal: AbortSignal): Promise<ClassQueueEntry | undefined>;
  /** Ends waiting calls. Resolves within about a second. */
  close(): Promise<void>;
}

/**
 * An attempt as handed out. The agent asks the server whether it may run it, then says `done` whatever the answer.
 * An entry that hears nothing for 5 seconds (the agent was killed) is handed out again within 10 more. Neither method
 * rejects.
 */
export interface ClassQueueEntry {
  readonly instanceClass: string;
  readonly key: AttemptKey;
  /** Removes the entry. */
  done(): Promise<void>;
  /** Gives the entry to whoever asks next. */
  putBack(): Promise<void>;
}

/** Where the queues say that the store went away or came back, and what is unwise about its settings. */
export interface QueueLog {
  info(message: string): void;
  warn(message: string): void;
}

/** Redis or PostgreSQL cannot serve the queues now. Nothing was lost that the scheduler does not put in again. */
export class QueueUnavailableError extends Error {
  override readonly name = 'QueueUnavailableError';
  constructor(store: string, reason: string, cause?: unknown) {
    super(`The class queues on ${store} cannot be reached: ${reason}`, { cause });
  }
}
