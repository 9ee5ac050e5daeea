export { provisionAgentRole } from './agent-role.js';
export * from './class-queues.js';
export { openQueues } from './open-queues.js';
