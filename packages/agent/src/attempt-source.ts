import type { AttemptKey } from '@fleetune/domain';
import type { QueueSettings } from '@fleetune/protocol';

/** One attempt that a class queue handed out. Exactly one of `done` and `putBack` is called. */
export interface SourcedAttempt {
  readonly key: AttemptKey;
  /** Takes it off the queue for good. */
  done(): Promise<void>;
  /** Lets another agent, or this one later, have it. */
  putBack(): Promise<void>;
}

/** The queue of one instance class. */
export interface ClassSource {
  /** Waits for the next attempt. Undefined when `signal` ended the wait. May be called several times at once. */
  next(signal: AbortSignal): Promise<SourcedAttempt | undefined>;
  close(): Promise<void>;
}

/** Where work comes from: the fleet's class queues, seen from an agent. */
export interface AttemptSource {
  open(instanceClass: string): ClassSource;
  close(): Promise<void>;
}

export type OpenAttemptSource = (settings: Pick<QueueSettings, 'kind' | 'url'>) => AttemptSource;
