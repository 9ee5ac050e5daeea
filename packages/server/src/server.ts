import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { builtinMetricDefinitions, builtinNames, resolveAlgorithmImage } from '@fleetune/algorithms';
import { registerApi } from '@fleetune/api';
import { joinUri } from '@fleetune/artifacts';
import type { MetricDefinition, TuningJobSpec } from '@fleetune/domain';
import { PROTOCOL_VERSION } from '@fleetune/protocol';
import { openQueues, provisionAgentRole, type QueueConnection } from '@fleetune/queue';
import { registerS3 } from '@fleetune/s3';
import { registerSageMaker } from '@fleetune/sagemaker';
import { createStrategy } from '@fleetune/search';
import { allowJoin, type Database, migrateToLatest, openDatabase, ping } from '@fleetune/store';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { AgentConnections } from './agents/agent-connections.js';
import { agentGateway } from './agents/agent-gateway.js';
import { listAgentViews } from './agents/agent-views.js';
import { startGrpcServer } from './agents/grpc-server.js';
import type { ServerConfig } from './config.js';
import { type Credentials, loadCredentials, writeEndpoint } from './credentials.js';
import { createHttpServer, listenHttp } from './http/http-server.js';
import { NO_OP_ALGORITHM } from './jobs/algorithm-faults.js';
import { createJobService } from './jobs/job-service.js';
import { keepEmbeddedPostgres } from './kept-postgres.js';
import { ServerMetrics } from './metrics.js';
import { QueueKeeper } from './queue-keeper.js';
import { Scheduling } from './scheduling.js';
import { StoredSearchHost } from './search/search-host.js';
import { searchProblem } from './search/search-problem.js';
import { secretEquals } from './secret-equals.js';
import { bucketUploads } from './uploads.js';
import { VERSION } from './version.js';

export interface RunningServer extends Credentials {
  /** Of the SageMaker API, Fleetune's own API, `/metrics` and the health checks. */
  readonly url: string;
  /** Of the agents' gateway. */
  readonly grpcUrl: string;
  stop(): Promise<void>;
}

/** The one tenant of a server that was given one access key. */
const TENANT = 'default';

/**
 * Starts everything a server is, in order, and stops what was started when a later part fails.
 *
 * @throws when the database, the queue or a port is not to be had; the message says which and why.
 */
export async function startServer(config: ServerConfig): Promise<RunningServer> {
  const log = pino({ level: config.logLevel, name: 'server' }, pino.destination(2));
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    const faults: unknown[] = [];
    // One part that does not stop well must not leave the others running.
    for (const each of stops.splice(0).reverse()) await each().catch((error: unknown) => faults.push(error));
    if (faults.length > 0) throw faults[0];
  };
  try {
    return { ...(await start(config, log, stops)), stop };
  } catch (error) {
    await stop().catch((stopError: unknown) => log.error(stopError, 'Stopping after a failed start failed as well.'));
    throw error;
  }
}

async function start(
  config: ServerConfig,
  log: Logger,
  stops: (() => Promise<unknown>)[],
): Promise<Omit<RunningServer, 'stop'>> {
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
  const credentials = await loadCredentials(config);
  const { database, databaseUrl } = await startDatabase(config, log, stops);
  const queue = await startQueue(config, databaseUrl, log, stops);
  await allowJoin(database, credentials.joinToken, true, new Date());

  const warn = (message: string, error: unknown) => log.warn({ err: error }, message);
  const metrics = new ServerMetrics(VERSION, () => scheduling.state);
  const connections = new AgentConnections({
    welcome: () => ({
      protocolVersion: PROTOCOL_VERSION,
      serverVersion: VERSION,
      leaseTtlMs: config.scheduler.leaseTtlMs,
      leaseRenewEveryMs: Math.round(config.scheduler.leaseTtlMs / 6),
      queue: { $typeName: 'fleetune.agent.v1.QueueSettings', ...queue.agentConnection },
    }),
    trainingJobArn: (name) => `arn:aws:sagemaker:${config.region}:${config.accountId}:training-job/${name}`,
  });
  const scheduling = new Scheduling({
    database,
    queue: new QueueKeeper(queue.queues),
    openSearch: () =>
      new StoredSearchHost({ database, observe: (strategy, seconds) => metrics.suggested(strategy, seconds) }),
    agents: connections,
    settings: config.scheduler,
    observe: (fact) => metrics.observe(fact),
    info: (message) => log.info(message),
    warn,
  });
  await scheduling.start();
  stops.push(() => scheduling.stop());

  const gateway = agentGateway({
    database,
    connections,
    nowMs: () => Date.now(),
    isScheduling: () => scheduling.isScheduling,
    post: (event) => scheduling.post(event),
    warn,
    count: metrics,
  });
  const grpc = await startGrpcServer(gateway, config.host, config.grpcPort);
  stops.push(() => grpc.close());

  const http = createHttpServer({
    metrics: metrics.registry,
    ready: async () => {
      await ping(database);
      await queue.queues.ping();
      return scheduling.isScheduling;
    },
  });
  stops.push(() => http.close());
  await registerFaces(http, config, credentials, database, scheduling, log);
  const httpPort = await listenHttp(http, config.host, config.httpPort);

  const url = `http://${config.host}:${httpPort}`;
  const grpcUrl = `http://${config.host}:${grpc.port}`;
  await writeEndpoint(config.dataDirectory, { url, grpcUrl, ...credentials });
  log.info({ url, grpcUrl }, 'Fleetune is up.');
  return { url, grpcUrl, ...credentials };
}

async function startDatabase(
  config: ServerConfig,
  log: Logger,
  stops: (() => Promise<unknown>)[],
): Promise<{ database: Database; databaseUrl: string }> {
  let databaseUrl = config.databaseUrl;
  if (databaseUrl === undefined) {
    const embedded = await keepEmbeddedPostgres(join(config.dataDirectory, 'postgres'), log);
    stops.push(() => embedded.stop());
    databaseUrl = embedded.url;
    log.info({ startupMs: Math.round(embedded.startupMs) }, 'Embedded PostgreSQL is up.');
  }
  const database = openDatabase(databaseUrl, (error) => log.warn({ err: error }, 'A database connection broke.'));
  stops.push(() => database.close());
  const applied = await migrateToLatest(database);
  if (applied.length > 0) log.info({ applied }, 'The database schema was brought up to date.');
  return { database, databaseUrl };
}

async function startQueue(config: ServerConfig, databaseUrl: string, log: Logger, stops: (() => Promise<unknown>)[]) {
  const connection: QueueConnection =
    config.redisUrl === undefined ? { kind: 'postgres', url: databaseUrl } : { kind: 'redis', url: config.redisUrl };
  const queues = openQueues(connection, { info: (text) => log.info(text), warn: (text) => log.warn(text) });
  stops.push(() => queues.close());
  await queues.ensureReady();
  if (connection.kind === 'redis' && config.agentQueueUrl === undefined) {
    log.warn('Agents get the same Redis URL as the server; name a user with fewer rights in FLEETUNE_AGENT_QUEUE_URL.');
  }
  const agentUrl =
    config.agentQueueUrl ?? (connection.kind === 'postgres' ? await provisionAgentRole(databaseUrl) : connection.url);
  return { queues, agentConnection: { kind: connection.kind, url: agentUrl } };
}

async function registerFaces(
  http: FastifyInstance,
  config: ServerConfig,
  credentials: Credentials,
  database: Database,
  scheduling: Scheduling,
  log: Logger,
): Promise<void> {
  const jobs = createJobService({
    database,
    nowMs: () => Date.now(),
    post: (event) => scheduling.post(event),
    searchFaults,
    agents: () => listAgentViews(database, (id) => scheduling.state?.agents.get(id)?.state),
  });
  const accessKeys = (accessKeyId: string) =>
    accessKeyId === credentials.accessKeyId
      ? { secretAccessKey: credentials.secretAccessKey, tenant: TENANT }
      : undefined;
  const clock = () => new Date();
  await registerSageMaker(http, {
    jobs,
    accessKeys,
    clock,
    region: config.region,
    accountId: config.accountId,
    resolveAlgorithmImage,
    builtinMetricDefinitions,
  });
  if (config.s3.kind === 'directory') {
    await registerS3(http, {
      root: config.s3.root,
      accessKeys,
      clock,
      region: config.region,
      onInternalError: (error, requestId, operation) => log.error({ err: error, requestId, operation }, 'S3 failed.'),
    });
  }
  await registerApi(http, {
    jobs,
    authenticate: (token) => (secretEquals(token, credentials.token) ? TENANT : undefined),
    uploads: bucketUploads(config),
    defaults: {
      outputUri: joinUri(config.bucketUri, 'output'),
      builtinMetrics,
    },
  });
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
