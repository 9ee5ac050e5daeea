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
export { ensureImageEnvironment, type ImageEnvironmentRequest, UnknownImageError } from './image-environment.js';
export { findImageEntry, type ImageEntry, type ImageMap, ImageMapError, readImageMap } from './image-map.js';
export { type ResolvedImage, resolveAlgorithmImage } from './image-uri.js';
export * from './python-environment.js';
export { PythonNotFoundError } from './python-interpreter.js';
export {
  type ConfineInstaller,
  ensureRequirementsEnvironment,
  RequirementsEnvironmentError,
  type RequirementsEnvironmentRequest,
} from './requirements-environment.js';
