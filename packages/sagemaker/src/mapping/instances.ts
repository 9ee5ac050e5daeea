import type { HyperParameterTuningResourceConfig, ResourceConfig } from '@aws-sdk/client-sagemaker';
import type { InstanceRequest } from '@fleetune/domain';
import { type ConstraintFault, elementPath, joinPath } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';

interface WireInstance {
  readonly InstanceType?: string;
  readonly InstanceCount?: number;
  readonly VolumeSizeInGB?: number;
}

/** What the AWS SDKs ask for when nobody says. */
const DEFAULT_VOLUME_SIZE_GIB = 30;

/** The one entry of a `ResourceConfig`. */
export function instancesOfResourceConfig(
  config: Validated<ResourceConfig> | undefined,
  path: string,
  faults: ConstraintFault[],
): readonly InstanceRequest[] {
  if (config === undefined) {
    faults.push({ path, value: undefined, constraint: 'Member must not be null' });
    return [];
  }
  return [instanceRequest(config, path, faults)];
}

/** The fallback list of a tuning job's resource config, or the single entry that stands beside it. */
export function instancesOfTuningResourceConfig(
  config: Validated<HyperParameterTuningResourceConfig>,
  path: string,
  faults: ConstraintFault[],
): readonly InstanceRequest[] {
  if (config.InstanceConfigs === undefined) return [instanceRequest(config, path, faults)];
  if (config.InstanceType !== undefined || config.InstanceCount !== undefined || config.VolumeSizeInGB !== undefined) {
    faults.push({
      path,
      value: config,
      constraint: 'Member must have either instanceConfigs or instanceType, instanceCount and volumeSizeInGB',
    });
  }
  return config.InstanceConfigs.map((entry, index) =>
    instanceRequest(entry, elementPath(joinPath(path, 'instanceConfigs'), index), faults),
  );
}

function instanceRequest(instance: WireInstance, path: string, faults: ConstraintFault[]): InstanceRequest {
  if (instance.InstanceType === undefined) {
    faults.push({ path: joinPath(path, 'instanceType'), value: undefined, constraint: 'Member must not be null' });
  }
  if (instance.InstanceCount === 0) {
    faults.push({
      path: joinPath(path, 'instanceCount'),
      value: 0,
      constraint: 'Member must have value greater than or equal to 1',
    });
  }
  return {
    instanceType: instance.InstanceType ?? '',
    instanceCount: instance.InstanceCount ?? 1,
    volumeSizeGib: instance.VolumeSizeInGB ?? DEFAULT_VOLUME_SIZE_GIB,
  };
}
