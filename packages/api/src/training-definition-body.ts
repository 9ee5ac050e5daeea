import type { Algorithm, Channel, TrainingJobSpec } from '@fleetune/domain';
import type { CreateTrainingJobBody } from './contract/training-job.js';

type TrainingDefinitionBody = Omit<CreateTrainingJobBody, 'name' | 'tags'>;

/**
 * Turns a spec back into the request that asks for it, for jobs that came in by another API. The environment is left
 * out: it may hold secrets.
 */
export function trainingDefinitionBody(spec: TrainingJobSpec): TrainingDefinitionBody {
  const [only, ...fallbacks] = spec.instances.map((request) => ({
    type: request.instanceType,
    count: request.instanceCount,
    volumeSizeGib: request.volumeSizeGib,
  }));
  const instance =
    only === undefined ? {} : fallbacks.length === 0 ? { instance: only } : { instances: [only, ...fallbacks] };
  return {
    algorithm: algorithmBody(spec.algorithm),
    hyperparameters: { ...spec.hyperparameters },
    channels: Object.fromEntries(spec.channels.map(({ name, ...channel }) => [name, channelBody(channel)])),
    metrics: Object.fromEntries(spec.metricDefinitions.map((metric) => [metric.name, metric.regex])),
    output: spec.outputUri,
    ...(spec.outputCompression === undefined ? {} : { outputCompression: spec.outputCompression }),
    ...(spec.checkpointUri === undefined ? {} : { checkpoints: spec.checkpointUri }),
    ...instance,
    stopping: { ...spec.stopping },
    retry: { maximumRetryAttempts: spec.maximumRetryAttempts },
    ...(spec.spot ? { spot: true } : {}),
    ...(spec.networkIsolation ? { networkIsolation: true } : {}),
    ...(spec.priority ? { priority: spec.priority } : {}),
    ...(spec.keepAliveSeconds > 0 ? { keepAlivePeriodSeconds: spec.keepAliveSeconds } : {}),
  };
}

function channelBody({ attributeNames, ...channel }: Omit<Channel, 'name'>) {
  return attributeNames === undefined ? channel : { ...channel, attributeNames: [...attributeNames] };
}

function algorithmBody(algorithm: Algorithm): TrainingDefinitionBody['algorithm'] {
  switch (algorithm.kind) {
    case 'builtin':
      return {
        builtin: algorithm.name,
        ...(algorithm.version === undefined ? {} : { version: algorithm.version }),
      };
    case 'script':
      return { script: algorithm.entryPoint, source: algorithm.sourceUri };
    case 'command':
      return { command: [...algorithm.command] };
    case 'image':
      return {
        image: algorithm.image,
        ...(algorithm.entrypoint === undefined ? {} : { entrypoint: [...algorithm.entrypoint] }),
        ...(algorithm.arguments === undefined ? {} : { arguments: [...algorithm.arguments] }),
      };
  }
}
