import type { TrainingOrder } from '@fleetune/protocol';
import type { TrainingPaths } from './attempt-folder.js';
import { CURRENT_HOST, type TrainingConfig } from './config-files.js';
import { hyperparametersJson, userArguments, userHyperparameters } from './hyperparameters.js';

/** Linux takes no single variable or argument longer than this (MAX_ARG_STRLEN). */
const LONGEST_VARIABLE_BYTES = 128 * 1024 - 1;
const FROM_THE_HOST = ['PATH', 'HOME', 'LANG', 'TZ', 'LC_ALL'];

export interface TrainingHost {
  /** Cores this attempt may count on, at least 1. */
  readonly cpuCount: number;
  readonly gpuUuids: readonly string[];
  /** The agent's own variables; only a few that say where programs are and how text is written are passed on. */
  readonly environment: NodeJS.ProcessEnv;
}

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
  // Longer ones would keep the program from starting; the same facts stand in /opt/ml/input/config.
  for (const [name, value] of Object.entries(variables)) {
    if (name in order.environment) continue;
    if (Buffer.byteLength(name) + Buffer.byteLength(value) + 1 > LONGEST_VARIABLE_BYTES) delete variables[name];
  }
  return variables;
}

function sagemakerVariables(
  order: TrainingOrder,
  config: TrainingConfig,
  paths: TrainingPaths,
  host: TrainingHost,
): Record<string, string> {
  const hyperparameters = userHyperparameters(order.hyperparameters);
  const channels = order.channels.map((channel) => channel.name);
  const userArgs = userArguments(hyperparameters);
  const entryPoint = order.algorithm?.kind.case === 'script' ? order.algorithm.kind.value.entryPoint : '';
  const variables: Record<string, string> = {
    TRAINING_JOB_NAME: order.trainingJobName,
    TRAINING_JOB_ARN: order.trainingJobArn,
    SM_MODEL_DIR: paths.model,
    SM_INPUT_DIR: `${paths.root}/input`,
    SM_INPUT_CONFIG_DIR: paths.inputConfig,
    SM_OUTPUT_DIR: paths.output,
    SM_OUTPUT_DATA_DIR: paths.outputData,
    SM_OUTPUT_INTERMEDIATE_DIR: `${paths.output}/intermediate`,
    SM_CHECKPOINT_DIR: paths.checkpoints,
    SM_CHANNELS: JSON.stringify(channels),
    SM_HPS: hyperparametersJson(order.hyperparameters),
    SM_USER_ARGS: JSON.stringify(userArgs),
    SM_HOSTS: JSON.stringify([CURRENT_HOST]),
    SM_CURRENT_HOST: CURRENT_HOST,
    SM_CURRENT_INSTANCE_TYPE: order.instanceType,
    SM_CURRENT_INSTANCE_GROUP: 'homogeneousCluster',
    SM_NUM_CPUS: String(host.cpuCount),
    SM_NUM_GPUS: String(host.gpuUuids.length),
    SM_NUM_NEURONS: '0',
    SM_LOG_LEVEL: '20',
    SM_NETWORK_INTERFACE_NAME: String(config.resources.network_interface_name),
    SM_RESOURCE_CONFIG: JSON.stringify(config.resources),
    SM_INPUT_DATA_CONFIG: JSON.stringify(config.inputData),
  };
  if (entryPoint !== '') {
    variables.SM_USER_ENTRY_POINT = entryPoint;
    variables.SM_MODULE_NAME = entryPoint.replace(/\.py$/, '');
    variables.SM_MODULE_DIR = paths.code;
  }
  for (const channel of channels) variables[`SM_CHANNEL_${variableName(channel)}`] = `${paths.inputData}/${channel}`;
  for (const [name, value] of hyperparameters) variables[`SM_HP_${variableName(name)}`] = value;
  variables.SM_TRAINING_ENV = trainingEnvJson(order, config, paths, host, channels);
  return variables;
}

/** `SM_TRAINING_ENV`: the same facts once more as one JSON object. */
function trainingEnvJson(
  order: TrainingOrder,
  config: TrainingConfig,
  paths: TrainingPaths,
  host: TrainingHost,
  channels: readonly string[],
): string {
  const facts = JSON.stringify({
    job_name: order.trainingJobName,
    channel_input_dirs: Object.fromEntries(channels.map((name) => [name, `${paths.inputData}/${name}`])),
    current_host: CURRENT_HOST,
    hosts: [CURRENT_HOST],
    input_config_dir: paths.inputConfig,
    input_data_config: config.inputData,
    input_dir: `${paths.root}/input`,
    model_dir: paths.model,
    module_dir: paths.code,
    num_cpus: host.cpuCount,
    num_gpus: host.gpuUuids.length,
    output_data_dir: paths.outputData,
    output_dir: paths.output,
    resource_config: config.resources,
  });
  return `${facts.slice(0, -1)},"hyperparameters":${hyperparametersJson(order.hyperparameters)}}`;
}

/** SageMaker's toolkit upper-cases the name; what a shell cannot spell becomes `_`. */
function variableName(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
}
