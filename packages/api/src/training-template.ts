import type {
  Algorithm,
  Channel,
  InstanceRequest,
  MetricDefinition,
  Objective,
  TrainingJobSpec,
} from '@fleetune/domain';
import type { Fault } from './contract/fault.js';
import type { CreateTrainingJobBody } from './contract/training-job.js';

/** What the server knows and a request may leave out. */
export interface RequestDefaults {
  /** Where models go when the request names no output. */
  readonly outputUri: string;
  /** Metrics a built-in algorithm prints by itself; undefined when there is no such algorithm. */
  builtinMetrics(name: string, version: string | undefined): readonly MetricDefinition[] | undefined;
}

type TrainingDefinitionBody = Omit<CreateTrainingJobBody, 'name'>;

const DEFAULT_MAX_RUNTIME_SECONDS = 86_400;
const DEFAULT_VOLUME_SIZE_GIB = 30;
const DEFAULT_RETRY_ATTEMPTS = 3;

/** Turns the part of a request that says what one training needs into the domain's words. Adds to `faults`. */
export function trainingTemplate(
  body: TrainingDefinitionBody,
  objective: Objective | undefined,
  defaults: RequestDefaults,
  faults: Fault[],
): TrainingJobSpec {
  const hyperparameters = Object.entries(body.hyperparameters ?? {}).map(([name, value]) => [name, String(value)]);
  const environment = Object.entries(body.environment ?? {}).map(([name, value]) => [name, String(value)]);
  return {
    algorithm: algorithm(body.algorithm),
    hyperparameters: Object.fromEntries(hyperparameters),
    channels: Object.entries(body.channels ?? {}).map(([name, value]) => channel(name, value)),
    outputUri: body.output ?? defaults.outputUri,
    ...(body.outputCompression === undefined ? {} : { outputCompression: body.outputCompression }),
    ...(body.checkpoints === undefined ? {} : { checkpointUri: body.checkpoints }),
    instances: instances(body, faults),
    stopping: stopping(body, faults),
    maximumRetryAttempts: body.retry?.maximumRetryAttempts ?? DEFAULT_RETRY_ATTEMPTS,
    environment: Object.fromEntries(environment),
    metricDefinitions: metricDefinitions(body, defaults, faults),
    networkIsolation: body.networkIsolation ?? false,
    ...(body.priority === undefined ? {} : { priority: body.priority }),
    spot: body.spot ?? false,
    keepAliveSeconds: body.keepAlivePeriodSeconds ?? 0,
    ...(objective === undefined ? {} : { objective }),
  };
}

function algorithm(body: TrainingDefinitionBody['algorithm']): Algorithm {
  if ('builtin' in body) {
    return { kind: 'builtin', name: body.builtin, ...(body.version === undefined ? {} : { version: body.version }) };
  }
  if ('script' in body) return { kind: 'script', sourceUri: body.source, entryPoint: body.script };
  if ('command' in body) return { kind: 'command', command: body.command };
  return {
    kind: 'image',
    image: body.image,
    ...(body.entrypoint === undefined ? {} : { entrypoint: body.entrypoint }),
    ...(body.arguments === undefined ? {} : { arguments: body.arguments }),
  };
}

function channel(name: string, body: NonNullable<TrainingDefinitionBody['channels']>[string]): Channel {
  if (typeof body === 'string') return { name, uri: body, compression: 'None' };
  return { name, compression: 'None', ...body };
}

function instances(body: TrainingDefinitionBody, faults: Fault[]): InstanceRequest[] {
  if (body.instance !== undefined && body.instances !== undefined) {
    faults.push({ path: ['instances'], message: 'Give either "instance" or "instances", not both.' });
  }
  const requests = body.instances ?? (body.instance === undefined ? [] : [body.instance]);
  if (requests.length === 0) {
    faults.push({
      path: ['instance'],
      message: 'Say what to run on: "instance" with a type, or a list of "instances".',
    });
  }
  return requests.map((request) => ({
    instanceType: request.type,
    instanceCount: request.count ?? 1,
    volumeSizeGib: request.volumeSizeGib ?? DEFAULT_VOLUME_SIZE_GIB,
  }));
}

function stopping(body: TrainingDefinitionBody, faults: Fault[]): TrainingJobSpec['stopping'] {
  const given = body.stopping ?? {};
  const maxRuntimeSeconds = given.maxRuntimeSeconds ?? DEFAULT_MAX_RUNTIME_SECONDS;
  if (given.maxWaitSeconds !== undefined && given.maxWaitSeconds < maxRuntimeSeconds) {
    faults.push({
      path: ['stopping', 'maxWaitSeconds'],
      message: `Counts waiting and running, so it must be at least maxRuntimeSeconds, ${maxRuntimeSeconds}.`,
    });
  }
  return {
    maxRuntimeSeconds,
    ...(given.maxWaitSeconds === undefined ? {} : { maxWaitSeconds: given.maxWaitSeconds }),
    ...(given.maxPendingSeconds === undefined ? {} : { maxPendingSeconds: given.maxPendingSeconds }),
  };
}

/** The request's own metrics, and those of the built-in algorithm that it does not define anew. */
function metricDefinitions(
  body: TrainingDefinitionBody,
  defaults: RequestDefaults,
  faults: Fault[],
): readonly MetricDefinition[] {
  const own = Object.entries(body.metrics ?? {}).map(([name, regex]) => ({ name, regex }));
  if (!('builtin' in body.algorithm)) return own;
  const { builtin, version } = body.algorithm;
  const brought = defaults.builtinMetrics(builtin, version);
  if (brought === undefined) {
    const named = version === undefined ? `"${builtin}"` : `"${builtin}" version "${version}"`;
    faults.push({ path: ['algorithm', 'builtin'], message: `There is no built-in algorithm ${named}.` });
    return own;
  }
  return [...own, ...brought.filter((metric) => body.metrics?.[metric.name] === undefined)];
}
