export { InvalidProblemError } from './problem.js';
export { createStrategy, UnsupportedStrategyError } from './registry.js';
export { gridSize } from './strategies/grid.js';
export * from './strategy.js';
export { InvalidRecordError, UnknownSuggestionError } from './trial-ledger.js';
