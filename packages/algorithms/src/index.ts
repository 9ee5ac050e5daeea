export type { BuiltinAlgorithm, BuiltinChannel, BuiltinMetric } from './builtin-algorithm.js';
export * from './builtin-command.js';
export {
  builtinHyperparameterFaults,
  builtinMetricDefinitions,
  builtinNames,
  findBuiltin,
  UnknownBuiltinError,
} from './catalogue.js';
export type { HyperparameterDefinition } from './hyperparameter-definition.js';
export { type ResolvedImage, resolveAlgorithmImage } from './image-uri.js';
export * from './python-environment.js';
export { PythonNotFoundError } from './python-interpreter.js';
export {
  ensureRequirementsEnvironment,
  RequirementsEnvironmentError,
  type RequirementsEnvironmentRequest,
} from './requirements-environment.js';
