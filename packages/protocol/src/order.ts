import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Algorithm, Channel, InstanceRequest, TrainingJobSpec } from '@fleetune/domain';
import { fromChannelMessage, toChannelMessage } from './channel.js';
import {
  type AlgorithmSchema,
  type TrainingOrder,
  TrainingOrderSchema,
} from './generated/fleetune/agent/v1/agent_pb.js';

/** What an order says beside the training job's spec. */
export interface OrderNames {
  readonly trainingJobName: string;
  readonly trainingJobArn: string;
  /** The entry of `spec.instances` that serves this attempt. */
  readonly instance: InstanceRequest;
  /** Whose job it is; data of one tenant is never shown to another. Default: nobody's in particular. */
  readonly tenant?: string;
  /** Names what training jobs share that run in the slot one after the other; absent where nobody follows. */
  readonly warmPool?: string;
}

/** The part of a training job's spec that travels to the agent: what one attempt needs, and nothing about retries. */
export interface OrderedTraining extends OrderNames {
  /** Undefined when the order names a kind of algorithm that this version does not know. */
  readonly algorithm: Algorithm | undefined;
  readonly hyperparameters: Readonly<Record<string, string>>;
  readonly channels: readonly Channel[];
  readonly outputUri: string;
  readonly outputCompression?: TrainingJobSpec['outputCompression'];
  readonly checkpointUri?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly metricDefinitions: TrainingJobSpec['metricDefinitions'];
  readonly networkIsolation: boolean;
  readonly maxRuntimeSeconds: number;
  readonly objectiveMetricName?: string;
  /** 0 where the slot is not kept. */
  readonly keepAliveSeconds: number;
}

export function toTrainingOrder(spec: TrainingJobSpec, names: OrderNames): TrainingOrder {
  return create(TrainingOrderSchema, {
    trainingJobName: names.trainingJobName,
    trainingJobArn: names.trainingJobArn,
    algorithm: { kind: toAlgorithmKind(spec.algorithm) },
    hyperparameters: { ...spec.hyperparameters },
    channels: spec.channels.map(toChannelMessage),
    outputUri: spec.outputUri,
    checkpointUri: spec.checkpointUri ?? '',
    instanceType: names.instance.instanceType,
    instanceCount: names.instance.instanceCount,
    environment: { ...spec.environment },
    metricDefinitions: spec.metricDefinitions.map((definition) => ({ ...definition })),
    networkIsolation: spec.networkIsolation,
    maxRuntimeSeconds: spec.stopping.maxRuntimeSeconds,
    objectiveMetricName: spec.objective?.metricName ?? '',
    volumeSizeGib: names.instance.volumeSizeGib,
    outputCompression: spec.outputCompression ?? '',
    tenant: names.tenant ?? '',
    keepAliveSeconds: spec.keepAliveSeconds,
    warmPool: names.warmPool ?? '',
  });
}

export function fromTrainingOrder(order: TrainingOrder): OrderedTraining {
  return {
    trainingJobName: order.trainingJobName,
    trainingJobArn: order.trainingJobArn,
    instance: {
      instanceType: order.instanceType,
      instanceCount: order.instanceCount,
      volumeSizeGib: order.volumeSizeGib,
    },
    algorithm: fromAlgorithmKind(order.algorithm?.kind),
    hyperparameters: { ...order.hyperparameters },
    channels: order.channels.map(fromChannelMessage),
    ...(order.tenant === '' ? {} : { tenant: order.tenant }),
    ...(order.warmPool === '' ? {} : { warmPool: order.warmPool }),
    keepAliveSeconds: order.keepAliveSeconds,
    outputUri: order.outputUri,
    ...(order.outputCompression === ''
      ? {}
      : { outputCompression: order.outputCompression === 'NONE' ? 'NONE' : 'GZIP' }),
    ...(order.checkpointUri === '' ? {} : { checkpointUri: order.checkpointUri }),
    environment: { ...order.environment },
    metricDefinitions: order.metricDefinitions.map(({ name, regex }) => ({ name, regex })),
    networkIsolation: order.networkIsolation,
    maxRuntimeSeconds: order.maxRuntimeSeconds,
    ...(order.objectiveMetricName === '' ? {} : { objectiveMetricName: order.objectiveMetricName }),
  };
}

type AlgorithmKindInit = NonNullable<MessageInitShape<typeof AlgorithmSchema>['kind']>;

function toAlgorithmKind(algorithm: Algorithm): AlgorithmKindInit {
  switch (algorithm.kind) {
    case 'builtin':
      return { case: 'builtin', value: { name: algorithm.name, version: algorithm.version ?? '' } };
    case 'script':
      return { case: 'script', value: { sourceUri: algorithm.sourceUri, entryPoint: algorithm.entryPoint } };
    case 'command':
      return { case: 'command', value: { command: [...algorithm.command] } };
    case 'image':
      return {
        case: 'image',
        value: {
          image: algorithm.image,
          entrypoint: [...(algorithm.entrypoint ?? [])],
          arguments: [...(algorithm.arguments ?? [])],
        },
      };
  }
}

type AlgorithmKind = NonNullable<TrainingOrder['algorithm']>['kind'];

function fromAlgorithmKind(kind: AlgorithmKind | undefined): Algorithm | undefined {
  switch (kind?.case) {
    case 'builtin': {
      const { name, version } = kind.value;
      return { kind: 'builtin', name, ...(version === '' ? {} : { version }) };
    }
    case 'script':
      return { kind: 'script', sourceUri: kind.value.sourceUri, entryPoint: kind.value.entryPoint };
    case 'command':
      return { kind: 'command', command: [...kind.value.command] };
    case 'image': {
      const { image, entrypoint, arguments: args } = kind.value;
      return {
        kind: 'image',
        image,
        ...(entrypoint.length === 0 ? {} : { entrypoint: [...entrypoint] }),
        ...(args.length === 0 ? {} : { arguments: [...args] }),
      };
    }
    default:
      return undefined;
  }
}
