import { builtinMetricDefinitions, builtinNames, resolveAlgorithmImage } from '@fleetune/algorithms';
import { registerApi } from '@fleetune/api';
import { joinUri } from '@fleetune/artifacts';
import { registerConsole } from '@fleetune/console';
import type { MetricDefinition, TuningJobSpec } from '@fleetune/domain';
import { registerS3 } from '@fleetune/s3';
import { registerSageMaker } from '@fleetune/sagemaker';
import { createStrategy } from '@fleetune/search';
import type { Database } from '@fleetune/store';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { AgentConnections } from './agents/agent-connections.js';
import { listAgentViews } from './agents/agent-views.js';
import type { ServerConfig } from './config.js';
import { NO_OP_ALGORITHM } from './jobs/algorithm-faults.js';
import { createJobService } from './jobs/job-service.js';
import type { ServerMetrics } from './metrics.js';
import type { Scheduling } from './scheduling.js';
import { searchProblem } from './search/search-problem.js';
import type { KeyRing } from './tenants/key-ring.js';
import { OWN_TENANT } from './tenants/own-tenant.js';
import type { TenantStorage } from './tenants/tenant-storage.js';
import { RequestThrottle } from './throttling/request-throttle.js';
import { bucketUploads } from './uploads.js';

export interface FaceParts {
  readonly config: ServerConfig;
  readonly database: Database;
  readonly scheduling: Scheduling;
  readonly metrics: ServerMetrics;
  readonly keyRing: KeyRing;
  readonly storage: TenantStorage;
  readonly connections: AgentConnections;
  readonly log: Logger;
}

/** Puts the APIs on the one HTTP port: SageMaker's and its neighbours', S3 where no other serves it, our own, and the console. */
export async function registerFaces(http: FastifyInstance, parts: FaceParts): Promise<void> {
  const { config, database, scheduling, metrics, keyRing, storage, connections, log } = parts;
  const jobs = createJobService({
    database,
    nowMs: () => Date.now(),
    post: (event) => scheduling.post(event),
    searchFaults,
    agents: () => listAgentViews(database, (id) => scheduling.state?.agents.get(id)?.state),
    placeFaults: (tenant, spec) => storage.faults(tenant, spec),
  });
  const throttle = new RequestThrottle(
    config.throttle,
    () => performance.now(),
    (operationClass) => metrics.throttled(operationClass),
  );
  const accessKeys = (accessKeyId: string) => keyRing.bearerOf(accessKeyId);
  const clock = () => new Date();
  await registerSageMaker(http, {
    jobs,
    accessKeys,
    admit: (accessKeyId, operation) => throttle.admit(accessKeyId, operation),
    clock,
    region: config.region,
    accountId: config.accountId,
    resolveAlgorithmImage,
    builtinMetricDefinitions,
    quotas: config.quotas,
    onInternalFailure: (error, requestId, operation) =>
      log.error({ err: error, requestId, operation }, 'A request to the SageMaker API failed.'),
  });
  if (config.s3.kind === 'directory') {
    await registerS3(http, {
      root: config.s3.root,
      accessKeys,
      clock,
      region: config.region,
      ownTenant: OWN_TENANT,
      keptFor: (bucket) => storage.keptFor(bucket),
      onInternalError: (error, requestId, operation) => log.error({ err: error, requestId, operation }, 'S3 failed.'),
    });
  }
  await registerApi(http, {
    jobs,
    authenticate: (token) => keyRing.tenantOf(token),
    accessKeys: keyRing,
    drills: connections,
    cordons: connections,
    onInternalError: (error, request) => log.error({ err: error, request }, 'A request to the API failed.'),
    uploads: bucketUploads(config, storage),
    defaults: (tenant) => ({ outputUri: joinUri(storage.bucketUri(tenant), 'output'), builtinMetrics }),
  });
  await registerConsole(http);
}

/** Undefined where there is no such algorithm. */
function builtinMetrics(name: string): readonly MetricDefinition[] | undefined {
  if (name === NO_OP_ALGORITHM) return [];
  return builtinNames().includes(name) ? builtinMetricDefinitions(name) : undefined;
}

/** Only the strategies know what they cannot search: ask the one that would run. */
function searchFaults(spec: TuningJobSpec): string[] {
  try {
    createStrategy(searchProblem(spec));
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}
