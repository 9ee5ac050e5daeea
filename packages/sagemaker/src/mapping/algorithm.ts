import type { Algorithm, MetricDefinition } from '@fleetune/domain';
import type { ConstraintFault } from '../model/constraint-fault.js';
import { joinPath } from '../model/constraint-fault.js';

/** What the catalogue of built-in algorithms knows about images. */
export interface AlgorithmImages {
  /** The algorithm that an image stands for; undefined when the image is none of a built-in algorithm. */
  resolve(image: string): { readonly name: string; readonly version: string } | undefined;
  /** The metrics that the algorithm prints. */
  metricDefinitions(name: string): readonly MetricDefinition[];
}

export interface AlgorithmRequest {
  readonly TrainingImage?: string;
  readonly ContainerEntrypoint?: readonly string[];
  readonly ContainerArguments?: readonly string[];
}

/** Hyperparameters by which SageMaker's script mode names the program and its source. */
const PROGRAM = 'sagemaker_program';
const SUBMIT_DIRECTORY = 'sagemaker_submit_directory';

/**
 * What a training job runs: a built-in algorithm when the image stands for it and is run as it is, else the image itself,
 * which finds its script, if it has one, among the hyperparameters. Without an image, the script alone.
 *
 * @param path of the algorithm specification, for faults.
 */
export function algorithmOf(
  { TrainingImage: image, ContainerEntrypoint: entrypoint, ContainerArguments: args }: AlgorithmRequest,
  hyperparameters: Readonly<Record<string, string>>,
  images: AlgorithmImages,
  path: string,
  faults: ConstraintFault[],
): Algorithm {
  const entryPoint = scriptModeValue(hyperparameters[PROGRAM]);
  const isRunAsItIs = !entryPoint && entrypoint === undefined && args === undefined;
  if (!image) {
    const sourceUri = scriptModeValue(hyperparameters[SUBMIT_DIRECTORY]);
    if (entryPoint && sourceUri && entrypoint === undefined && args === undefined) {
      return { kind: 'script', sourceUri, entryPoint };
    }
    faults.push({ path: joinPath(path, 'trainingImage'), value: image, constraint: 'Member must name an image' });
  }
  const builtin = isRunAsItIs ? images.resolve(image ?? '') : undefined;
  if (builtin !== undefined) return { kind: 'builtin', name: builtin.name, version: builtin.version };
  return {
    kind: 'image',
    image: image ?? '',
    ...(entrypoint ? { entrypoint } : {}),
    ...(args ? { arguments: args } : {}),
  };
}

/** SDKs write script-mode values as JSON text (`"train.py"`), people write them bare. */
function scriptModeValue(value: string | undefined): string | undefined {
  if (value === undefined || !/^".*"$/.test(value)) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
}
