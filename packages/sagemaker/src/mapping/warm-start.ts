import type { HyperParameterTuningJobWarmStartConfig } from '@aws-sdk/client-sagemaker';
import type { WarmStart } from '@fleetune/domain';
import { type ConstraintFault, elementPath, joinPath } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';

const PARENTS = 'warmStartConfig.parentHyperParameterTuningJobs';

/** Whether the parents can be used is for the job service to say, which knows them. */
export function warmStart(
  config: Validated<HyperParameterTuningJobWarmStartConfig> | undefined,
  faults: ConstraintFault[],
): WarmStart | undefined {
  if (config === undefined) return undefined;
  const parentNames = config.ParentHyperParameterTuningJobs.map((parent, index) => {
    const name = parent.HyperParameterTuningJobName;
    if (name === undefined) {
      const path = joinPath(elementPath(PARENTS, index), 'hyperParameterTuningJobName');
      faults.push({ path, value: undefined, constraint: 'Member must not be null' });
    }
    return name ?? '';
  });
  return { type: config.WarmStartType, parentNames };
}

export function warmStartConfig({ type, parentNames }: WarmStart): HyperParameterTuningJobWarmStartConfig {
  return {
    WarmStartType: type,
    ParentHyperParameterTuningJobs: parentNames.map((name) => ({ HyperParameterTuningJobName: name })),
  };
}
