/** The JSON contract of `/api/v1`: what may be sent, and what comes back. */
export * from './contract/access-key.js';
export * from './contract/agent.js';
export * from './contract/configuration.js';
export * from './contract/error.js';
export * from './contract/fault.js';
export * from './contract/fault-path.js';
export * from './contract/server-event.js';
export * from './contract/training-definition.js';
export * from './contract/training-job.js';
export * from './contract/training-job-summary.js';
export * from './contract/tuning-job.js';
export * from './contract/upload.js';
export * from './contract/waiting.js';
export * from './contract/warm-pool.js';
