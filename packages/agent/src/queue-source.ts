import { openQueues, type QueueLog } from '@fleetune/queue';
import type { OpenAttemptSource } from './attempt-source.js';

/** Takes attempts from the fleet's BullMQ class queues. */
export function queueSource(log: QueueLog): OpenAttemptSource {
  return ({ kind, url }) => {
    if (kind !== 'redis' && kind !== 'postgres') throw new UnknownQueueKindError(kind);
    const queues = openQueues({ kind, url }, log);
    return {
      open: (instanceClass) => queues.createConsumer(instanceClass),
      close: () => queues.close(),
    };
  };
}

/** The server names a kind of queue that this agent's version cannot use. */
export class UnknownQueueKindError extends Error {
  override readonly name = 'UnknownQueueKindError';
  constructor(kind: string) {
    super(`The server's queues are of kind "${kind}", which this agent does not know; update the agent.`);
  }
}
