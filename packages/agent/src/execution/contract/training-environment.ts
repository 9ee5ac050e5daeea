import type { TrainingOrder } from '@fleetune/protocol';
import type { TrainingPaths } from './attempt-folder.js';
import type { TrainingConfig } from './config-files.js';
import { sagemakerVariables } from './sagemaker-variables.js';
import type { TrainingHost } from './training-host.js';

/** Linux takes no single variable or argument longer than this (MAX_ARG_STRLEN). */
const LONGEST_VARIABLE_BYTES = 128 * 1024 - 1;
const FROM_THE_HOST = ['PATH', 'HOME', 'LANG', 'TZ', 'LC_ALL'];

/**
 * All variables of a training program: SageMaker's `SM_*`, the job's own, and a small base. Never the agent's rest.
 *
 * @param paths as the program sees them.
 */
export function trainingEnvironment(
  order: TrainingOrder,
  config: TrainingConfig,
  paths: TrainingPaths,
  host: TrainingHost,
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of FROM_THE_HOST) {
    const value = host.environment[name];
    if (value !== undefined) variables[name] = value;
  }
  variables.PATH ??= '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  variables.LANG ??= 'C.UTF-8';
  // Output must reach the log while the program runs, not when a buffer is full.
  variables.PYTHONUNBUFFERED = '1';
  // Neighbours on the machine count on their own cores.
  variables.OMP_NUM_THREADS = String(host.cpuCount);
  variables.CUDA_VISIBLE_DEVICES = host.gpuUuids.join(',');
  variables.NVIDIA_VISIBLE_DEVICES = host.gpuUuids.length === 0 ? 'void' : host.gpuUuids.join(',');
  Object.assign(variables, sagemakerVariables(order, config, paths, host), order.environment);
  const pythonPath = [...(variables.PYTHONPATH?.split(':') ?? []), ...host.pythonPath].filter(
    (folder) => folder !== '',
  );
  if (pythonPath.length > 0) variables.PYTHONPATH = pythonPath.join(':');
  // Longer ones would keep the program from starting; the same facts stand in /opt/ml/input/config.
  for (const [name, value] of Object.entries(variables)) {
    if (name in order.environment) continue;
    if (Buffer.byteLength(name) + Buffer.byteLength(value) + 1 > LONGEST_VARIABLE_BYTES) delete variables[name];
  }
  return variables;
}
