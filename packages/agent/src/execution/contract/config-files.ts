import { writeFileSync } from 'node:fs';
import type { TrainingOrder } from '@fleetune/protocol';
import type { TrainingPaths } from './attempt-folder.js';

/** Name of the only host of a one-instance job. */
export const CURRENT_HOST = 'algo-1';

/** The three files in `/opt/ml/input/config`, in SageMaker's words. */
export interface TrainingConfig {
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly inputData: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly resources: ResourceConfig;
}

interface ResourceConfig {
  readonly current_host: string;
  readonly current_instance_type: string;
  readonly current_group_name: string;
  readonly hosts: readonly string[];
  readonly instance_groups: readonly {
    readonly instance_group_name: string;
    readonly instance_type: string;
    readonly hosts: readonly string[];
  }[];
  readonly network_interface_name: string;
}

export function trainingConfig(order: TrainingOrder): TrainingConfig {
  const hosts = [CURRENT_HOST];
  const instanceGroup = {
    instance_group_name: 'homogeneousCluster',
    instance_type: order.instanceType,
    hosts,
  };
  return {
    hyperparameters: order.hyperparameters,
    inputData: Object.fromEntries(
      order.channels.map((channel) => [
        channel.name,
        {
          ...(channel.contentType === '' ? {} : { ContentType: channel.contentType }),
          TrainingInputMode: channel.inputMode || 'File',
          S3DistributionType: channel.distribution || 'FullyReplicated',
          RecordWrapperType: channel.recordWrapper || 'None',
        },
      ]),
    ),
    resources: {
      current_host: CURRENT_HOST,
      current_instance_type: order.instanceType,
      current_group_name: 'homogeneousCluster',
      hosts,
      instance_groups: [instanceGroup],
      network_interface_name: order.networkIsolation ? 'lo' : 'eth0',
    },
  };
}

export function writeConfigFiles(paths: TrainingPaths, config: TrainingConfig): void {
  const write = (name: string, value: unknown) =>
    writeFileSync(`${paths.inputConfig}/${name}.json`, JSON.stringify(value));
  write('hyperparameters', config.hyperparameters);
  write('inputdataconfig', config.inputData);
  write('resourceconfig', config.resources);
}
