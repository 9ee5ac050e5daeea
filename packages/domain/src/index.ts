export * from './attempt.js';
export * from './instance-class.js';
export * from './metric.js';
export * from './objective.js';
export * from './parameter-range.js';
export * from './spec-faults.js';
export * from './training-job.js';
export * from './tuning-job.js';
