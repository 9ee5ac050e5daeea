import { createServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Code, ConnectError } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import {
  AgentService,
  type AgentServiceHandlers,
  type ConnectRequest,
  type ConnectResponse,
  credentialOf,
  fromAttemptKeyMessage,
  type Hello,
  Outbox,
  serverMessage,
} from '@fleetune/protocol';
import { attemptName } from '../attempts/attempt-name.js';
import { Changes } from '../changes.js';

export interface GatewayBehaviour {
  port: number;
  leaseTtlMs: number;
  leaseRenewEveryMs: number;
  queueUrl: string;
  demand: string[];
  claim: (name: string) => 'grant' | 'refuse' | 'ignore';
  answerRenewals: boolean;
  acknowledgeLogs: boolean;
  acknowledgeReports: boolean;
  killOnHello: (hello: Hello) => { trainingJobId: string; fence: number }[];
  keptOnHello: (hello: Hello) => Hello['keptSlots'];
  /** What every order says beside its name. */
  order: { readonly keepAliveSeconds?: number; readonly warmPool?: string };
  /** Whether the slot of an attempt that is reported is kept. */
  keeps: (name: string) => boolean;
  joinTokens: Set<string>;
  /** Credentials that are accepted, by agent id; shared between a gateway and the one that takes its place. */
  credentials: Map<string, string>;
}

const DEFAULTS: Omit<GatewayBehaviour, 'joinTokens' | 'credentials'> = {
  port: 0,
  leaseTtlMs: 30_000,
  leaseRenewEveryMs: 5_000,
  queueUrl: 'redis://127.0.0.1:1',
  demand: ['*'],
  claim: () => 'grant',
  answerRenewals: true,
  acknowledgeLogs: true,
  acknowledgeReports: true,
  killOnHello: () => [],
  keptOnHello: () => [],
  order: {},
  keeps: () => false,
};

/** A small but real agent gateway: gRPC over HTTP/2 on 127.0.0.1, remembering all it hears. */
export class GatewayFixture {
  readonly behaviour: GatewayBehaviour;
  /** Every message since Hello, of all connections, in order. */
  readonly heard: Exclude<ConnectRequest['message'], { case: undefined }>[] = [];
  readonly hellos: Hello[] = [];
  readonly #changes = new Changes();
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #outboxes = new Set<Outbox<ConnectResponse>>();

  static async start(behaviour: Partial<GatewayBehaviour> = {}): Promise<GatewayFixture> {
    const gateway = new GatewayFixture({
      ...DEFAULTS,
      joinTokens: new Set(['token']),
      credentials: new Map(),
      ...behaviour,
    });
    await new Promise<void>((resolve) => gateway.#server.listen(gateway.behaviour.port, '127.0.0.1', resolve));
    gateway.behaviour.port = (gateway.#server.address() as AddressInfo).port;
    return gateway;
  }

  private constructor(behaviour: GatewayBehaviour) {
    this.behaviour = behaviour;
    const handlers: AgentServiceHandlers = {
      join: ({ joinToken, agentName }) => {
        if (!behaviour.joinTokens.delete(joinToken)) throw new ConnectError('unknown token', Code.Unauthenticated);
        const agentId = `agent-${agentName}-${behaviour.credentials.size + 1}`;
        behaviour.credentials.set(agentId, `secret-of-${agentId}`);
        return { agentId, credential: `secret-of-${agentId}` };
      },
      connect: (requests, context) => this.#serve(requests, credentialOf(context.requestHeader)),
    };
    this.#server = createServer(
      connectNodeAdapter({ routes: (router) => router.service(AgentService, handlers), grpcWeb: false }),
    );
    this.#server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('close', () => this.#sessions.delete(session));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.behaviour.port}`;
  }

  /** Says something to every connected agent. */
  say(message: Parameters<typeof serverMessage>[0]): void {
    for (const outbox of this.#outboxes) outbox.push(serverMessage(message));
  }

  /** What was heard of one kind. */
  all<C extends (typeof this.heard)[number]['case']>(kind: C) {
    return this.heard.flatMap((message) =>
      message.case === kind ? [message.value as Extract<(typeof this.heard)[number], { case: C }>['value']] : [],
    );
  }

  /** Names of the attempts reported, in order, repetitions included. */
  reported(): string[] {
    return this.all('attemptReport').map(({ key }) => attemptName(fromAttemptKeyMessage(key)));
  }

  /** Resolves when `condition` holds; it is looked at after everything heard. */
  until(condition: () => boolean): Promise<void> {
    return this.#changes.until(condition);
  }

  /** Breaks every connection and stops listening, as a crash does. */
  async crash(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const session of this.#sessions) session.destroy();
    await closed;
  }

  async *#serve(requests: AsyncIterable<ConnectRequest>, credential: string | undefined) {
    if (![...this.behaviour.credentials.values()].includes(credential ?? '')) {
      throw new ConnectError('unknown agent', Code.Unauthenticated);
    }
    const outbox = new Outbox<ConnectResponse>();
    this.#outboxes.add(outbox);
    void this.#listen(requests, outbox);
    try {
      yield* outbox;
    } finally {
      this.#outboxes.delete(outbox);
    }
  }

  async #listen(requests: AsyncIterable<ConnectRequest>, outbox: Outbox<ConnectResponse>): Promise<void> {
    try {
      for await (const { message } of requests) {
        if (message.case === 'hello') this.#welcome(message.value, outbox);
        else if (message.case !== undefined) this.#answer(message, outbox);
        this.#changes.announce();
      }
    } catch {
      // The agent went away; the test sees what it heard until then.
    } finally {
      outbox.close();
    }
  }

  #welcome(hello: Hello, outbox: Outbox<ConnectResponse>): void {
    this.hellos.push(hello);
    const { leaseTtlMs, leaseRenewEveryMs, queueUrl, demand, killOnHello, keptOnHello } = this.behaviour;
    const welcome = {
      protocolVersion: 1,
      serverVersion: 'fixture',
      leaseTtlMs,
      leaseRenewEveryMs,
      queue: { kind: 'redis', url: queueUrl },
      killAttempts: killOnHello(hello),
      keptSlots: keptOnHello(hello),
    };
    outbox.push(serverMessage({ case: 'welcome', value: welcome }));
    outbox.push(serverMessage({ case: 'demand', value: { instanceClasses: demand } }));
  }

  #answer(message: (typeof this.heard)[number], outbox: Outbox<ConnectResponse>): void {
    this.heard.push(message);
    const { behaviour } = this;
    switch (message.case) {
      case 'claim': {
        const { key } = message.value;
        const how = behaviour.claim(attemptName(fromAttemptKeyMessage(key)));
        const base = key === undefined ? {} : { key };
        if (how === 'grant') {
          const decision = {
            case: 'granted',
            value: { ...behaviour.order, trainingJobName: key?.trainingJobId ?? '' },
          } as const;
          outbox.push(serverMessage({ case: 'claimReply', value: { ...base, decision } }));
        } else if (how === 'refuse') {
          const decision = { case: 'refusedReason', value: 'not due' } as const;
          outbox.push(serverMessage({ case: 'claimReply', value: { ...base, decision } }));
        }
        return;
      }
      case 'leaseRenewal': {
        if (!behaviour.answerRenewals) return;
        const { keys, sentAtMonotonicMs } = message.value;
        outbox.push(serverMessage({ case: 'leaseRenewed', value: { renewed: keys, sentAtMonotonicMs } }));
        return;
      }
      case 'logChunk': {
        if (!behaviour.acknowledgeLogs) return;
        const { key, offset, data } = message.value;
        const nextOffset = offset + BigInt(data.length);
        const value = key === undefined ? { nextOffset } : { key, nextOffset };
        outbox.push(serverMessage({ case: 'logAcknowledged', value }));
        return;
      }
      case 'attemptReport': {
        if (!behaviour.acknowledgeReports) return;
        const { key } = message.value;
        if (key !== undefined && behaviour.keeps(attemptName(fromAttemptKeyMessage(key)))) {
          outbox.push(serverMessage({ case: 'keptSlots', value: { slots: [key] } }));
        }
        const value = key === undefined ? { accepted: true } : { key, accepted: true };
        outbox.push(serverMessage({ case: 'reportAcknowledged', value }));
        return;
      }
    }
  }
}
