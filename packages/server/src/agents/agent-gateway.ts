import { randomBytes, randomUUID } from 'node:crypto';
import { Code, ConnectError } from '@connectrpc/connect';
import type { AttemptKey } from '@fleetune/domain';
import {
  type AgentServiceHandlers,
  type ConnectRequest,
  type ConnectResponse,
  credentialOf,
  fromAttemptKeyMessage,
  fromAttemptPhaseMessage,
  fromAttemptReport,
  fromMetricPointMessage,
  type Hello,
  type LogChunk,
  Outbox,
  PROTOCOL_VERSION,
} from '@fleetune/protocol';
import type { SchedulerEvent } from '@fleetune/scheduler';
import {
  appendLog,
  type Database,
  findAgentByCredential,
  JoinRefusedError,
  joinAgent,
  recordHello,
} from '@fleetune/store';
import type { AgentConnections } from './agent-connections.js';

export interface AgentGatewayParts {
  readonly database: Database;
  readonly connections: AgentConnections;
  readonly nowMs: () => number;
  /** False while this server does not schedule: agents are told to come back later. */
  readonly isScheduling: () => boolean;
  readonly post: (event: SchedulerEvent) => void;
  readonly warn: (message: string, error: unknown) => void;
  readonly count: { logBytes(bytes: number): void; metricPoints(points: number): void };
}

/** Log bytes kept of one attempt; what comes after is a declared gap. The agent keeps more in its spool. */
const MAX_STORED_LOG_BYTES = 64 * 1024 * 1024;

/** The server's end of the agents' protocol: authenticates, and turns messages into scheduler events. */
export function agentGateway(parts: AgentGatewayParts): AgentServiceHandlers {
  return {
    join: (request) => join(parts, request.joinToken, request.agentName),
    connect: (requests, context) => serveAgent(parts, requests, context.requestHeader),
  };
}

async function join(parts: AgentGatewayParts, token: string, name: string) {
  const agent = { id: randomUUID(), name: name.slice(0, 255), credential: randomBytes(32).toString('base64url') };
  try {
    await joinAgent(parts.database, token, agent, new Date(parts.nowMs()));
  } catch (error) {
    if (error instanceof JoinRefusedError) throw new ConnectError(error.message, Code.PermissionDenied);
    throw error;
  }
  return { agentId: agent.id, credential: agent.credential };
}

async function* serveAgent(
  parts: AgentGatewayParts,
  requests: AsyncIterable<ConnectRequest>,
  headers: Headers,
): AsyncGenerator<ConnectResponse> {
  const agentId = await authenticate(parts, headers);
  const incoming = requests[Symbol.asyncIterator]();
  const hello = await readHello(incoming, agentId);
  await rememberHello(parts, agentId, hello);
  // Nothing may be awaited from here to the event: a term that ended meanwhile would leave the agent without a welcome.
  if (!parts.isScheduling()) throw new ConnectError('This server does not schedule now; try again.', Code.Unavailable);
  const connection = { agentId, outbox: new Outbox<ConnectResponse>() };
  // One id per stream, so that the end of an old stream cannot be mistaken for the end of the new one.
  const epoch = randomUUID();
  parts.connections.add(connection);
  parts.post({
    kind: 'AgentConnected',
    agentId,
    epoch,
    offers: new Map(hello.offeredClasses.map((offer) => [offer.name, offer.slots])),
    held: hello.heldAttempts.map((held) => fromAttemptKeyMessage(held.key)),
    kept: hello.keepsSlots ? hello.keptSlots.map(fromAttemptKeyMessage) : undefined,
  });
  readAll(parts, agentId, incoming)
    .catch((error: unknown) => parts.warn(`The stream of agent ${agentId} broke.`, error))
    .finally(() => connection.outbox.close());
  try {
    yield* connection.outbox;
  } finally {
    parts.connections.remove(connection);
    parts.post({ kind: 'AgentDisconnected', agentId, epoch });
  }
}

async function authenticate(parts: AgentGatewayParts, headers: Headers): Promise<string> {
  const credential = credentialOf(headers);
  const agentId = credential === undefined ? undefined : await findAgentByCredential(parts.database, credential);
  if (agentId === undefined) {
    throw new ConnectError('Unknown agent. Join first, with a join token.', Code.Unauthenticated);
  }
  return agentId;
}

async function readHello(incoming: AsyncIterator<ConnectRequest>, agentId: string): Promise<Hello> {
  const first = await incoming.next();
  const message = first.done === true ? undefined : first.value.message;
  if (message?.case !== 'hello') throw new ConnectError('The first message must be Hello.', Code.InvalidArgument);
  const hello = message.value;
  if (hello.agentId !== agentId) throw new ConnectError('The credential is not this agent’s.', Code.PermissionDenied);
  // Servers speak their own protocol and the one before.
  if (hello.protocolVersion < PROTOCOL_VERSION - 1) {
    const wanted = `${PROTOCOL_VERSION - 1} or newer`;
    throw new ConnectError(
      `Protocol ${hello.protocolVersion} is too old, ${wanted} is needed. Upgrade the agent.`,
      Code.FailedPrecondition,
    );
  }
  return hello;
}

async function rememberHello(parts: AgentGatewayParts, agentId: string, hello: Hello): Promise<void> {
  const { inventory } = hello;
  await recordHello(
    parts.database,
    agentId,
    {
      version: hello.agentVersion,
      hostName: inventory?.hostName ?? '',
      inventory: {
        cpuMilli: inventory?.cpuMilli ?? 0,
        memoryMib: Number(inventory?.memoryMib ?? 0n),
        gpuNames: inventory?.gpus.map((gpu) => gpu.name) ?? [],
        sandbox: inventory?.sandbox ?? '',
      },
      offeredClasses: hello.offeredClasses.map(({ name, slots }) => ({ name, slots })),
    },
    new Date(parts.nowMs()),
  );
}

async function readAll(
  parts: AgentGatewayParts,
  agentId: string,
  incoming: AsyncIterator<ConnectRequest>,
): Promise<void> {
  // Log pieces are stored one after the other, so that an acknowledged offset covers all before it. When one cannot be
  // stored the stream ends, and the agent sends again what was not acknowledged.
  let logs: Promise<void> = Promise.resolve();
  let failed: unknown;
  for (let next = await incoming.next(); next.done !== true; next = await incoming.next()) {
    const { message } = next.value;
    if (message.case === 'logChunk') {
      const chunk = message.value;
      logs = logs.then(() => storeLog(parts, agentId, chunk));
      logs.catch((error: unknown) => {
        failed ??= error;
      });
      continue;
    }
    if (failed !== undefined) break;
    const event = toEvent(parts, agentId, message);
    if (event !== undefined) parts.post(event);
  }
  await logs;
}

function toEvent(
  parts: AgentGatewayParts,
  agentId: string,
  message: ConnectRequest['message'],
): SchedulerEvent | undefined {
  switch (message.case) {
    case 'claim': {
      const { key, keptSlot } = message.value;
      const keptAfter = keptSlot && fromAttemptKeyMessage(keptSlot);
      return { kind: 'ClaimRequested', agentId, key: fromAttemptKeyMessage(key), keptAfter };
    }
    case 'leaseRenewal': {
      const { keys, sentAtMonotonicMs } = message.value;
      return { kind: 'LeasesRenewed', agentId, keys: keys.map(fromAttemptKeyMessage), sentAtMonotonicMs };
    }
    case 'phaseChange': {
      const phase = fromAttemptPhaseMessage(message.value.phase);
      const key = fromAttemptKeyMessage(message.value.key);
      return phase && { kind: 'PhaseChanged', agentId, key, phase, message: message.value.message };
    }
    case 'metricBatch': {
      const points = message.value.points.map(fromMetricPointMessage);
      parts.count.metricPoints(points.length);
      return { kind: 'MetricsReported', agentId, key: fromAttemptKeyMessage(message.value.key), points };
    }
    case 'attemptReport':
      return { kind: 'AttemptReported', agentId, result: fromAttemptReport(message.value) };
    case 'draining':
      return { kind: 'AgentDraining', agentId };
    default:
      return undefined;
  }
}

async function storeLog(parts: AgentGatewayParts, agentId: string, chunk: LogChunk): Promise<void> {
  const key: AttemptKey = fromAttemptKeyMessage(chunk.key);
  const offset = Number(chunk.offset);
  if (offset < MAX_STORED_LOG_BYTES) {
    const stored = { offset, data: Buffer.from(chunk.data), writtenAtMs: Number(chunk.timestampMs) };
    await appendLog(parts.database, key, agentId, stored);
    parts.count.logBytes(chunk.data.length);
  }
  // A refused piece is acknowledged as well: sending it again would change nothing.
  parts.connections.acknowledgeLog(agentId, key, offset + chunk.data.length);
}
