import type {
  HyperParameterTrainingJobDefinition,
  HyperParameterTuningJobObjective,
  ParameterRanges,
} from '@aws-sdk/client-sagemaker';
import type { InstanceRequest, TrainingJobDefinition } from '@fleetune/domain';
import { type ConstraintFault, joinPath } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';
import type { AlgorithmImages } from './algorithm.js';
import { autoParameters } from './autotune.js';
import { instancesOfResourceConfig, instancesOfTuningResourceConfig } from './instances.js';
import { parameterRanges } from './parameter-ranges.js';
import { trainingTemplate } from './training-template.js';

/** Static and tuned together, the one that names the objective included. */
const MAX_HYPERPARAMETERS = 100;

/** What a definition is to optimize and vary, and where in the request that was said. */
export interface Search {
  readonly objective: Validated<HyperParameterTuningJobObjective>;
  readonly ranges: Validated<ParameterRanges>;
  readonly rangesPath: string;
  readonly isAutotuned: boolean;
}

/** @param path of the definition, for faults. */
export function trainingJobDefinition(
  definition: Validated<HyperParameterTrainingJobDefinition>,
  { objective, ranges, rangesPath, isAutotuned }: Search,
  images: AlgorithmImages,
  path: string,
  faults: ConstraintFault[],
): TrainingJobDefinition {
  const automatic = autoParameters(ranges, isAutotuned, rangesPath, faults);
  const hyperparameters = { ...definition.StaticHyperParameters, ...automatic.hyperparameters };
  const parsedRanges = [...parameterRanges(ranges, rangesPath, faults), ...automatic.ranges];
  const count = Object.keys(hyperparameters).length + parsedRanges.length + 1;
  if (count > MAX_HYPERPARAMETERS) {
    faults.push({
      path: joinPath(path, 'staticHyperParameters'),
      value: Object.keys(hyperparameters),
      constraint: `Member must leave at most ${MAX_HYPERPARAMETERS} hyperparameters with the tuned ones and _tuning_objective_metric; there are ${count}`,
    });
  }
  return {
    name: definition.DefinitionName ?? '',
    objective: { type: objective.Type, metricName: objective.MetricName },
    ranges: parsedRanges,
    template: trainingTemplate(
      definition,
      hyperparameters,
      instances(definition, path, faults),
      {
        keepAliveSeconds: definition.ResourceConfig?.KeepAlivePeriodInSeconds ?? 0,
        volumeKmsKeyId:
          definition.ResourceConfig?.VolumeKmsKeyId ?? definition.HyperParameterTuningResourceConfig?.VolumeKmsKeyId,
      },
      images,
      path,
      faults,
    ),
  };
}

function instances(
  { ResourceConfig, HyperParameterTuningResourceConfig }: Validated<HyperParameterTrainingJobDefinition>,
  path: string,
  faults: ConstraintFault[],
): readonly InstanceRequest[] {
  if (HyperParameterTuningResourceConfig === undefined) {
    return instancesOfResourceConfig(ResourceConfig, joinPath(path, 'resourceConfig'), faults);
  }
  if (ResourceConfig !== undefined) {
    faults.push({
      path: joinPath(path, 'resourceConfig'),
      value: ResourceConfig,
      constraint: 'Member must be left out when hyperParameterTuningResourceConfig is given',
    });
  }
  const configPath = joinPath(path, 'hyperParameterTuningResourceConfig');
  return instancesOfTuningResourceConfig(HyperParameterTuningResourceConfig, configPath, faults);
}
