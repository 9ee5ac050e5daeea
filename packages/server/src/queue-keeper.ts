import type { ClassQueueItem, ClassQueues } from '@fleetune/queue';
import type { AttemptQueue } from '@fleetune/scheduler';

/**
 * Puts attempts on their class queues, and repairs the queues first when they were lost: an emptied Redis, a dropped
 * schema. What is due comes again from the scheduler.
 */
export class QueueKeeper implements AttemptQueue {
  readonly #queues: ClassQueues;

  constructor(queues: ClassQueues) {
    this.#queues = queues;
  }

  async enqueue(items: readonly ClassQueueItem[]): Promise<void> {
    try {
      await this.#queues.enqueue(items);
    } catch {
      await this.#queues.ensureReady();
      await this.#queues.enqueue(items);
    }
  }
}
