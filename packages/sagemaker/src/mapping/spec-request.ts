import type {
  AlgorithmSpecification,
  CreateTrainingJobRequest,
  HyperParameterTrainingJobDefinition,
  HyperParameterTuningJobConfig,
  ParameterRanges,
  ResourceConfig,
  TrainingInstanceType,
} from '@aws-sdk/client-sagemaker';
import type {
  Algorithm,
  InstanceRequest,
  MetricDefinition,
  ParameterRange,
  TrainingJobDefinition,
  TrainingJobSpec,
  TuningJobSpec,
} from '@fleetune/domain';
import type { Account } from './arn.js';
import { channelRequest } from './channels.js';

/*
 * The other way round: SageMaker's words for jobs that were not made through this API, so that its clients can read
 * them all the same.
 */

type TrainingMembers = Pick<
  CreateTrainingJobRequest,
  | 'AlgorithmSpecification'
  | 'CheckpointConfig'
  | 'EnableInterContainerTrafficEncryption'
  | 'EnableManagedSpotTraining'
  | 'EnableNetworkIsolation'
  | 'Environment'
  | 'InputDataConfig'
  | 'OutputDataConfig'
  | 'RetryStrategy'
  | 'RoleArn'
> & { StoppingCondition: NonNullable<CreateTrainingJobRequest['StoppingCondition']> };

/** The request that would have asked for `spec`, without what differs between training and tuning jobs. */
export function trainingMembers(spec: TrainingJobSpec, account: Account): TrainingMembers {
  const { stopping } = spec;
  return {
    AlgorithmSpecification: algorithmSpecification(spec.algorithm),
    ...(spec.checkpointUri === undefined ? {} : { CheckpointConfig: { S3Uri: spec.checkpointUri } }),
    EnableInterContainerTrafficEncryption: false,
    EnableManagedSpotTraining: spec.spot,
    EnableNetworkIsolation: spec.networkIsolation,
    ...(Object.keys(spec.environment).length === 0 ? {} : { Environment: { ...spec.environment } }),
    ...(spec.channels.length === 0 ? {} : { InputDataConfig: spec.channels.map(channelRequest) }),
    OutputDataConfig: {
      S3OutputPath: spec.outputUri,
      ...(spec.outputCompression === undefined ? {} : { CompressionType: spec.outputCompression }),
    },
    ...(spec.maximumRetryAttempts === 0 ? {} : { RetryStrategy: { MaximumRetryAttempts: spec.maximumRetryAttempts } }),
    RoleArn: `arn:aws:iam::${account.accountId}:role/fleetune`,
    StoppingCondition: {
      MaxRuntimeInSeconds: stopping.maxRuntimeSeconds,
      MaxWaitTimeInSeconds: stopping.maxWaitSeconds,
      MaxPendingTimeInSeconds: stopping.maxPendingSeconds,
    },
  };
}

/** The definition that would have asked for `definition`; a name and a search of its own only when it has a name. */
export function definitionFromSpec(
  definition: TrainingJobDefinition,
  account: Account,
): HyperParameterTrainingJobDefinition {
  const { name, objective, ranges, template } = definition;
  const { AlgorithmSpecification: algorithm, ...members } = trainingMembers(template, account);
  return {
    ...members,
    AlgorithmSpecification: {
      TrainingInputMode: 'File',
      TrainingImage: algorithm?.TrainingImage,
      MetricDefinitions: metricDefinitionList(template.metricDefinitions),
    },
    StaticHyperParameters: { ...template.hyperparameters },
    HyperParameterTuningResourceConfig: {
      InstanceConfigs: template.instances.map((instance) => ({
        InstanceType: instance.instanceType as TrainingInstanceType,
        InstanceCount: instance.instanceCount,
        VolumeSizeInGB: instance.volumeSizeGib,
      })),
    },
    ...(name === ''
      ? {}
      : {
          DefinitionName: name,
          TuningObjective: { Type: objective.type, MetricName: objective.metricName },
          HyperParameterRanges: rangesFromSpec(ranges),
        }),
  };
}

export function configFromSpec(spec: TuningJobSpec): HyperParameterTuningJobConfig {
  const { completion, definitions, limits, strategy } = spec;
  const single = definitions.length === 1 && definitions[0]?.name === '' ? definitions[0] : undefined;
  return {
    Strategy: strategy.name as HyperParameterTuningJobConfig['Strategy'],
    ...(strategy.maxResource === undefined
      ? {}
      : {
          StrategyConfig: {
            HyperbandStrategyConfig: { MinResource: strategy.minResource, MaxResource: strategy.maxResource },
          },
        }),
    ResourceLimits: {
      MaxNumberOfTrainingJobs: limits.maxTrainingJobs,
      MaxParallelTrainingJobs: limits.maxParallelTrainingJobs,
      MaxRuntimeInSeconds: limits.maxRuntimeSeconds,
    },
    TrainingJobEarlyStoppingType: spec.earlyStopping,
    TuningJobCompletionCriteria: {
      TargetObjectiveMetricValue: completion.targetObjectiveValue,
      ...(completion.maxTrainingJobsNotImproving === undefined
        ? {}
        : {
            BestObjectiveNotImproving: {
              MaxNumberOfTrainingJobsNotImproving: completion.maxTrainingJobsNotImproving,
            },
          }),
      ConvergenceDetected: { CompleteOnConvergence: completion.completeOnConvergence ? 'Enabled' : 'Disabled' },
    },
    ...(single === undefined
      ? {}
      : {
          HyperParameterTuningJobObjective: { Type: single.objective.type, MetricName: single.objective.metricName },
          ParameterRanges: rangesFromSpec(single.ranges),
        }),
  };
}

export function metricDefinitionList(metrics: readonly MetricDefinition[]) {
  return metrics.map(({ name, regex }) => ({ Name: name, Regex: regex }));
}

export function resourceConfig(instance: InstanceRequest, keepAliveSeconds: number): ResourceConfig {
  return {
    InstanceType: instance.instanceType as TrainingInstanceType,
    InstanceCount: instance.instanceCount,
    VolumeSizeInGB: instance.volumeSizeGib,
    ...(keepAliveSeconds === 0 ? {} : { KeepAlivePeriodInSeconds: keepAliveSeconds }),
  };
}

function algorithmSpecification(algorithm: Algorithm): AlgorithmSpecification {
  const mode = { TrainingInputMode: 'File' } as const;
  switch (algorithm.kind) {
    case 'builtin': {
      const version = algorithm.version === undefined ? '' : `:${algorithm.version}`;
      return { ...mode, TrainingImage: `${algorithm.name}${version}` };
    }
    case 'image':
      return {
        ...mode,
        TrainingImage: algorithm.image,
        ...(algorithm.entrypoint ? { ContainerEntrypoint: [...algorithm.entrypoint] } : {}),
        ...(algorithm.arguments ? { ContainerArguments: [...algorithm.arguments] } : {}),
      };
    case 'command':
      return { ...mode, ContainerEntrypoint: [...algorithm.command] };
    case 'script':
      return { ...mode, ContainerEntrypoint: ['python', algorithm.entryPoint] };
  }
}

export function rangesFromSpec(ranges: readonly ParameterRange[]): ParameterRanges {
  return {
    ContinuousParameterRanges: ranges
      .filter((range) => range.kind === 'continuous')
      .map(({ name, min, max, scaling }) => ({
        Name: name,
        MinValue: String(min),
        MaxValue: String(max),
        ScalingType: scaling,
      })),
    IntegerParameterRanges: ranges
      .filter((range) => range.kind === 'integer')
      .map(({ name, min, max, scaling }) => ({
        Name: name,
        MinValue: String(min),
        MaxValue: String(max),
        ScalingType: scaling,
      })),
    CategoricalParameterRanges: ranges
      .filter((range) => range.kind === 'categorical')
      .map(({ name, values }) => ({ Name: name, Values: [...values] })),
  };
}
