import { platformValue } from '@fleetune/domain';
import type { TrainingOrder } from '@fleetune/protocol';
import type { TrainingPaths } from './attempt-folder.js';
import { CURRENT_HOST, type TrainingConfig } from './config-files.js';
import {
  type ArgumentStyle,
  frameworkParameters,
  parametersJson,
  userArguments,
  userHyperparameters,
  variableText,
} from './hyperparameters.js';
import { scriptMode } from './script-mode.js';
import type { TrainingHost } from './training-host.js';

/** Python's `logging.INFO`. */
const DEFAULT_LOG_LEVEL = '20';

/**
 * The variables of SageMaker's training toolkit: `SM_*`, and the few that SageMaker sets around it.
 *
 * @param paths as the program sees them.
 */
export function sagemakerVariables(
  order: TrainingOrder,
  config: TrainingConfig,
  paths: TrainingPaths,
  host: TrainingHost,
): Record<string, string> {
  const hyperparameters = userHyperparameters(order.hyperparameters);
  const channels = order.channels.map((channel) => channel.name).sort();
  const { resources } = config;
  const variables: Record<string, string> = {
    TRAINING_JOB_NAME: order.trainingJobName,
    TRAINING_JOB_ARN: order.trainingJobArn,
    CURRENT_HOST,
    SAGEMAKER_JOB_NAME: platformValue(order.hyperparameters.sagemaker_job_name) || order.trainingJobName,
    SAGEMAKER_REGION: platformValue(order.hyperparameters.sagemaker_region),
    SM_MODEL_DIR: paths.model,
    SM_INPUT_DIR: `${paths.root}/input`,
    SM_INPUT_CONFIG_DIR: paths.inputConfig,
    SM_OUTPUT_DIR: paths.output,
    SM_OUTPUT_DATA_DIR: paths.outputData,
    SM_OUTPUT_INTERMEDIATE_DIR: `${paths.output}/intermediate`,
    SM_CHECKPOINT_DIR: paths.checkpoints,
    SM_CHANNELS: JSON.stringify(channels),
    SM_HPS: parametersJson(hyperparameters),
    SM_USER_ARGS: JSON.stringify(userArguments(hyperparameters, argumentStyle(order))),
    SM_FRAMEWORK_MODULE: '',
    SM_FRAMEWORK_PARAMS: parametersJson(frameworkParameters(order.hyperparameters)),
    SM_HOSTS: JSON.stringify(resources.hosts),
    SM_CURRENT_HOST: CURRENT_HOST,
    SM_CURRENT_INSTANCE_TYPE: order.instanceType,
    SM_CURRENT_INSTANCE_GROUP: String(resources.current_group_name),
    SM_CURRENT_INSTANCE_GROUP_HOSTS: JSON.stringify(resources.hosts),
    SM_INSTANCE_GROUPS: JSON.stringify([resources.current_group_name]),
    SM_INSTANCE_GROUPS_DICT: JSON.stringify(instanceGroupsByName(config)),
    SM_DISTRIBUTION_INSTANCE_GROUPS: '[]',
    SM_IS_HETERO: 'false',
    SM_NUM_CPUS: String(host.cpuCount),
    SM_NUM_GPUS: String(host.gpuUuids.length),
    SM_NUM_NEURONS: '0',
    SM_LOG_LEVEL: platformValue(order.hyperparameters.sagemaker_container_log_level) || DEFAULT_LOG_LEVEL,
    SM_NETWORK_INTERFACE_NAME: String(resources.network_interface_name),
    SM_RESOURCE_CONFIG: JSON.stringify(resources),
    SM_INPUT_DATA_CONFIG: JSON.stringify(config.inputData),
    ...programVariables(order, paths),
    ...(order.warmPool === '' ? {} : { SAGEMAKER_MANAGED_WARMPOOL_CACHE_DIRECTORY: paths.warmPoolCache }),
  };
  for (const channel of channels) variables[`SM_CHANNEL_${variableName(channel)}`] = `${paths.inputData}/${channel}`;
  for (const [name, value] of hyperparameters) variables[`SM_HP_${variableName(name)}`] = variableText(value);
  variables.SM_TRAINING_ENV = trainingEnvJson(order, config, paths, variables);
  return variables;
}

function argumentStyle(order: TrainingOrder): ArgumentStyle {
  return order.algorithm?.kind.case === 'script' ? 'long' : 'toolkit';
}

/** What a script is called, when a script is what runs. */
function programVariables(order: TrainingOrder, paths: TrainingPaths): Record<string, string> {
  const named = scriptMode(order);
  const script = order.algorithm?.kind.case === 'script' ? order.algorithm.kind.value.entryPoint : undefined;
  const entryPoint = script ?? named?.entryPoint;
  if (entryPoint === undefined) return {};
  return {
    SM_USER_ENTRY_POINT: entryPoint,
    SM_MODULE_NAME: entryPoint.replace(/\.py$/, ''),
    SM_MODULE_DIR: script === undefined && named?.submitDirectory ? named.submitDirectory : paths.code,
    // Packages beside an entry point that lies deeper in the source.
    PYTHONPATH: paths.code,
  };
}

/** `SM_TRAINING_ENV`: the same facts once more as one JSON object. */
function trainingEnvJson(
  order: TrainingOrder,
  config: TrainingConfig,
  paths: TrainingPaths,
  variables: Readonly<Record<string, string>>,
): string {
  const { resources } = config;
  const facts = JSON.stringify({
    channel_input_dirs: Object.fromEntries(order.channels.map(({ name }) => [name, `${paths.inputData}/${name}`])),
    current_host: CURRENT_HOST,
    current_instance_group: resources.current_group_name,
    current_instance_group_hosts: resources.hosts,
    current_instance_type: order.instanceType,
    distribution_hosts: [],
    distribution_instance_groups: [],
    framework_module: null,
    hosts: resources.hosts,
    input_config_dir: paths.inputConfig,
    input_data_config: config.inputData,
    input_dir: `${paths.root}/input`,
    instance_groups: [resources.current_group_name],
    instance_groups_dict: instanceGroupsByName(config),
    is_hetero: false,
    is_master: true,
    is_modelparallel_enabled: null,
    job_name: order.trainingJobName,
    log_level: Number(variables.SM_LOG_LEVEL),
    master_hostname: CURRENT_HOST,
    model_dir: paths.model,
    module_dir: variables.SM_MODULE_DIR ?? paths.code,
    module_name: variables.SM_MODULE_NAME ?? null,
    network_interface_name: resources.network_interface_name,
    num_cpus: Number(variables.SM_NUM_CPUS),
    num_gpus: Number(variables.SM_NUM_GPUS),
    num_neurons: 0,
    output_data_dir: paths.outputData,
    output_dir: paths.output,
    output_intermediate_dir: `${paths.output}/intermediate`,
    resource_config: resources,
    user_entry_point: variables.SM_USER_ENTRY_POINT ?? null,
  });
  const decoded = `"additional_framework_parameters":${variables.SM_FRAMEWORK_PARAMS},"hyperparameters":${variables.SM_HPS}`;
  return `${facts.slice(0, -1)},${decoded}}`;
}

function instanceGroupsByName({ resources }: TrainingConfig): Record<string, unknown> {
  return Object.fromEntries(resources.instance_groups.map((group) => [group.instance_group_name, group]));
}

/** The toolkit upper-cases the name; what a shell cannot spell becomes `_`. */
function variableName(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
}
