export { rangeFromHint, UnusableHintError } from './autotune.js';
export { CONVERGED_FROM } from './convergence.js';
export {
  type HyperbandSettings,
  hyperbandRule,
  InvalidHyperbandError,
  type ResourceDecision,
  type ResourceRule,
} from './hyperband-rule.js';
export { InvalidProblemError } from './problem.js';
export { createStrategy, UnsupportedStrategyError } from './registry.js';
export { gridSize } from './strategies/grid.js';
export * from './strategy.js';
export { InvalidRecordError, UnknownSuggestionError } from './trial-ledger.js';
