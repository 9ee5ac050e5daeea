import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PROTOCOL_VERSION } from '@fleetune/protocol';
import { openQueues, provisionAgentRole, type QueueConnection } from '@fleetune/queue';
import type { AgentState } from '@fleetune/scheduler';
import { allowJoin, type Database, migrateToLatest, openDatabase, ping } from '@fleetune/store';
import { type Logger, pino } from 'pino';
import { AgentConnections } from './agents/agent-connections.js';
import { agentGateway } from './agents/agent-gateway.js';
import { startGrpcServer } from './agents/grpc-server.js';
import { recordPresence } from './agents/presence.js';
import type { ServerConfig } from './config.js';
import { type Credentials, loadCredentials, writeEndpoint } from './credentials.js';
import { registerFaces } from './faces.js';
import { createHttpServer, listenHttp } from './http/http-server.js';
import { keepEmbeddedPostgres } from './kept-postgres.js';
import { ServerMetrics } from './metrics.js';
import { QueueKeeper } from './queue-keeper.js';
import { Scheduling } from './scheduling.js';
import { StoredSearchHost } from './search/search-host.js';
import { KeyRing } from './tenants/key-ring.js';
import { OWN_TENANT } from './tenants/own-tenant.js';
import { TenantStorage } from './tenants/tenant-storage.js';
import { VERSION } from './version.js';
import { letYoungGenerationGrow } from './young-generation.js';

export interface RunningServer extends Omit<Credentials, 'sealingKey'> {
  /** Of the SageMaker API, Fleetune's own API, `/metrics` and the health checks. */
  readonly url: string;
  /** Of the agents' gateway. */
  readonly grpcUrl: string;
  stop(): Promise<void>;
}

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
  const metrics = new ServerMetrics(VERSION, () => scheduling.state, config.dataDirectory);
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
  const presence = recordPresence({
    database,
    present: () => [...(scheduling.state?.agents.values() ?? [])].filter(isHeard).map((agent) => agent.id),
    nowMs: () => Date.now(),
    everyMs: 15_000,
    warn,
  });
  stops.push(() => presence.stop());
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
  const keys = await openTenants(config, credentials, database, log, stops);
  await registerFaces(http, { config, database, scheduling, connections, metrics, log, ...keys });
  const httpPort = await listenHttp(http, config.host, config.httpPort);

  const url = `http://${config.host}:${httpPort}`;
  const grpcUrl = `http://${config.host}:${grpc.port}`;
  const { sealingKey: _sealingKey, ...doors } = credentials;
  await writeEndpoint(config.dataDirectory, { url, grpcUrl, ...doors });
  letYoungGenerationGrow();
  log.info({ url, grpcUrl }, 'Fleetune is up.');
  return { url, grpcUrl, ...doors };
}

async function openTenants(
  config: ServerConfig,
  credentials: Credentials,
  database: Database,
  log: Logger,
  stops: (() => Promise<unknown>)[],
): Promise<{ keyRing: KeyRing; storage: TenantStorage }> {
  const storage = new TenantStorage({ s3: config.s3, bucketUri: config.bucketUri, ownTenant: OWN_TENANT });
  await storage.prepare(OWN_TENANT);
  const keyRing = await KeyRing.open({
    database,
    own: { ...credentials, tenant: OWN_TENANT },
    sealingKey: credentials.sealingKey,
    nowMs: () => Date.now(),
    prepareTenant: (tenant) => storage.prepare(tenant),
    warn: (message, error) => log.warn({ err: error }, message),
  });
  stops.push(() => keyRing.close());
  return { keyRing, storage };
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

function isHeard({ state }: AgentState): boolean {
  return state !== 'Silent';
}
