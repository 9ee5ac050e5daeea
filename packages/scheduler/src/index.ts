export { closeCurve, emptyCurves, type LearningCurves, recordEpochs } from './early-stopping.js';
export * from './effect.js';
export * from './event.js';
export * from './job-service.js';
export * from './ports.js';
export * from './runner.js';
export * from './state.js';
export * from './step.js';
export { newTrainingJobProgress, newTuningJobProgress } from './tuning-loop.js';
