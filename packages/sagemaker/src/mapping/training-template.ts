import type { CreateTrainingJobRequest, HyperParameterTrainingJobDefinition } from '@aws-sdk/client-sagemaker';
import type { InstanceRequest, MetricDefinition, TrainingJobSpec } from '@fleetune/domain';
import { type ConstraintFault, joinPath } from '../model/constraint-fault.js';
import type { Validated } from '../model/validated.js';
import { type AlgorithmImages, algorithmOf } from './algorithm.js';
import { channelsOf, storageUri } from './channels.js';

/** What is said about the slot, beside the instances: the same slot serves the next training job that says the same. */
export interface SlotWishes {
  readonly keepAliveSeconds: number;
  readonly volumeKmsKeyId: string | undefined;
}

/** What a training job and a tuning job's training job definition have in common, under the same names. */
type TrainingRequest = Pick<
  Validated<CreateTrainingJobRequest>,
  'AlgorithmSpecification' | 'InputDataConfig' | 'OutputDataConfig' | 'CheckpointConfig' | 'RetryStrategy' | 'RoleArn'
> &
  Pick<
    Validated<HyperParameterTrainingJobDefinition>,
    'Environment' | 'EnableManagedSpotTraining' | 'EnableNetworkIsolation' | 'EnableInterContainerTrafficEncryption'
  > & { readonly StoppingCondition?: Validated<CreateTrainingJobRequest>['StoppingCondition'] };

const DEFAULT_MAX_RUNTIME_SECONDS = 86_400;

/**
 * The domain's form of what both kinds of job say about a training.
 *
 * @param path of the request or the definition, for faults.
 */
export function trainingTemplate(
  request: TrainingRequest,
  hyperparameters: Readonly<Record<string, string>>,
  instances: readonly InstanceRequest[],
  { keepAliveSeconds, volumeKmsKeyId }: SlotWishes,
  images: AlgorithmImages,
  path: string,
  faults: ConstraintFault[],
): TrainingJobSpec {
  const at = (segment: string) => joinPath(path, segment);
  const algorithm = algorithmOf(
    request.AlgorithmSpecification ?? {},
    hyperparameters,
    images,
    at('algorithmSpecification'),
    faults,
  );
  const given = request.AlgorithmSpecification?.MetricDefinitions ?? [];
  return {
    algorithm,
    hyperparameters,
    channels: channelsOf(
      request.InputDataConfig ?? [],
      request.AlgorithmSpecification?.TrainingInputMode,
      at('inputDataConfig'),
      faults,
    ),
    outputUri: storageUri(request.OutputDataConfig.S3OutputPath, at('outputDataConfig.s3OutputPath'), faults),
    ...(request.OutputDataConfig.CompressionType === 'NONE' ? { outputCompression: 'NONE' as const } : {}),
    ...(request.CheckpointConfig
      ? { checkpointUri: storageUri(request.CheckpointConfig.S3Uri, at('checkpointConfig.s3Uri'), faults) }
      : {}),
    instances,
    stopping: stoppingCondition(request, at('stoppingCondition'), faults),
    maximumRetryAttempts: request.RetryStrategy?.MaximumRetryAttempts ?? 0,
    environment: request.Environment ?? {},
    metricDefinitions: metricDefinitions(
      given.map(({ Name, Regex }) => ({ name: Name, regex: Regex })),
      algorithm.kind === 'builtin' ? images.metricDefinitions(algorithm.name) : [],
    ),
    networkIsolation: request.EnableNetworkIsolation ?? false,
    spot: request.EnableManagedSpotTraining ?? false,
    keepAliveSeconds,
    roleArn: request.RoleArn,
    ...(volumeKmsKeyId === undefined ? {} : { volumeKmsKeyId }),
    ...(request.EnableInterContainerTrafficEncryption ? { interContainerTrafficEncryption: true } : {}),
  };
}

function stoppingCondition(
  { StoppingCondition: condition = {}, EnableManagedSpotTraining: spot = false }: TrainingRequest,
  path: string,
  faults: ConstraintFault[],
): TrainingJobSpec['stopping'] {
  const { MaxRuntimeInSeconds, MaxWaitTimeInSeconds, MaxPendingTimeInSeconds } = condition;
  if (MaxWaitTimeInSeconds !== undefined && !spot) {
    faults.push({
      path: joinPath(path, 'maxWaitTimeInSeconds'),
      value: MaxWaitTimeInSeconds,
      constraint: 'Member must be left out unless enableManagedSpotTraining is true',
    });
  }
  return {
    maxRuntimeSeconds: MaxRuntimeInSeconds ?? DEFAULT_MAX_RUNTIME_SECONDS,
    ...(MaxWaitTimeInSeconds === undefined ? {} : { maxWaitSeconds: MaxWaitTimeInSeconds }),
    ...(MaxPendingTimeInSeconds === undefined ? {} : { maxPendingSeconds: MaxPendingTimeInSeconds }),
  };
}

/** Metrics of the request, and those of a built-in algorithm that the request does not define anew. */
function metricDefinitions(
  given: readonly MetricDefinition[],
  builtin: readonly MetricDefinition[],
): readonly MetricDefinition[] {
  const names = new Set(given.map((metric) => metric.name));
  return [...given, ...builtin.filter((metric) => !names.has(metric.name))];
}
