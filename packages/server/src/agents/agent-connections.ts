import type { AttemptKey, StopReason } from '@fleetune/domain';
import {
  type ConnectResponse,
  type Outbox,
  serverMessage,
  toAttemptKeyMessage,
  toTrainingOrder,
  type Welcome,
} from '@fleetune/protocol';
import type { AgentLink, LeaseGrant } from '@fleetune/scheduler';

/** One agent's open stream. */
export interface AgentConnection {
  readonly agentId: string;
  readonly outbox: Outbox<ConnectResponse>;
}

type WelcomeSettings = Omit<Welcome, '$typeName' | '$unknown' | 'killAttempts' | 'keptSlots'>;

export interface AgentConnectionsParts {
  /** What every Welcome says. */
  readonly welcome: () => WelcomeSettings;
  readonly trainingJobArn: (name: string) => string;
}

/** The scheduler's way to agents: turns what it says into messages on the right stream. */
export class AgentConnections implements AgentLink {
  readonly #parts: AgentConnectionsParts;
  readonly #connections = new Map<string, AgentConnection>();

  constructor(parts: AgentConnectionsParts) {
    this.#parts = parts;
  }

  /** A newer stream of the same agent takes the place of the older one, which is ended. */
  add(connection: AgentConnection): void {
    this.#connections.get(connection.agentId)?.outbox.close();
    this.#connections.set(connection.agentId, connection);
  }

  remove(connection: AgentConnection): void {
    if (this.#connections.get(connection.agentId) === connection) this.#connections.delete(connection.agentId);
  }

  get agentIds(): readonly string[] {
    return [...this.#connections.keys()];
  }

  /** Ends every stream; agents come back and say hello anew. */
  closeAll(): void {
    for (const connection of this.#connections.values()) connection.outbox.close();
    this.#connections.clear();
  }

  welcome(agentId: string, killAttempts: readonly AttemptKey[], keptSlots: readonly AttemptKey[]): void {
    const settings = this.#parts.welcome();
    this.#send(agentId, {
      case: 'welcome',
      value: {
        ...settings,
        killAttempts: killAttempts.map(toAttemptKeyMessage),
        keptSlots: keptSlots.map(toAttemptKeyMessage),
      },
    });
  }

  keepSlots(agentId: string, slots: readonly AttemptKey[]): void {
    this.#send(agentId, { case: 'keptSlots', value: { slots: slots.map(toAttemptKeyMessage) } });
  }

  offerSlot(agentId: string, key: AttemptKey, instanceClass: string, keptAfter: AttemptKey): void {
    const keptSlot = toAttemptKeyMessage(keptAfter);
    this.#send(agentId, { case: 'slotOffer', value: { key: toAttemptKeyMessage(key), instanceClass, keptSlot } });
  }

  grant(agentId: string, grant: LeaseGrant): void {
    const instance = grant.spec.instances.find((entry) => entry.instanceType === grant.instanceType);
    if (instance === undefined)
      throw new RangeError(`${grant.trainingJobName} does not ask for ${grant.instanceType}.`);
    const order = toTrainingOrder(grant.spec, {
      trainingJobName: grant.trainingJobName,
      trainingJobArn: this.#parts.trainingJobArn(grant.trainingJobName),
      tenant: grant.tenant,
      warmPool: grant.warmPool,
      instance,
    });
    this.#send(agentId, {
      case: 'claimReply',
      value: { key: toAttemptKeyMessage(grant.key), decision: { case: 'granted', value: order } },
    });
  }

  refuse(agentId: string, key: AttemptKey, reason: string): void {
    this.#send(agentId, {
      case: 'claimReply',
      value: { key: toAttemptKeyMessage(key), decision: { case: 'refusedReason', value: reason } },
    });
  }

  acknowledge(agentId: string, key: AttemptKey, accepted: boolean): void {
    this.#send(agentId, { case: 'reportAcknowledged', value: { key: toAttemptKeyMessage(key), accepted } });
  }

  acknowledgeLog(agentId: string, key: AttemptKey, nextOffset: number): void {
    this.#send(agentId, {
      case: 'logAcknowledged',
      value: { key: toAttemptKeyMessage(key), nextOffset: BigInt(nextOffset) },
    });
  }

  stop(agentId: string, key: AttemptKey, reason: StopReason): void {
    this.#send(agentId, { case: 'stopAttempt', value: { key: toAttemptKeyMessage(key), stopReason: reason } });
  }

  renewed(agentId: string, renewal: { sentAtMonotonicMs: bigint; renewed: AttemptKey[]; lost: AttemptKey[] }): void {
    this.#send(agentId, {
      case: 'leaseRenewed',
      value: {
        sentAtMonotonicMs: renewal.sentAtMonotonicMs,
        renewed: renewal.renewed.map(toAttemptKeyMessage),
        lost: renewal.lost.map(toAttemptKeyMessage),
      },
    });
  }

  cordon(agentId: string): void {
    this.#send(agentId, { case: 'drain', value: {} });
  }

  uncordon(agentId: string): void {
    this.#send(agentId, { case: 'resume', value: {} });
  }

  interrupt(agentId: string, secondsLeft: number): void {
    const reason = `A drill: the machine seems to be taken away in ${secondsLeft} s.`;
    this.#send(agentId, { case: 'interrupt', value: { secondsLeft, reason } });
  }

  demand(instanceClasses: readonly string[]): void {
    for (const agentId of this.#connections.keys()) {
      this.#send(agentId, { case: 'demand', value: { instanceClasses: [...instanceClasses] } });
    }
  }

  #send(agentId: string, message: Parameters<typeof serverMessage>[0]): void {
    this.#connections.get(agentId)?.outbox.push(serverMessage(message));
  }
}
