import { randomUUID } from 'node:crypto';
import {
  type AttemptKey as AttemptKeyMessage,
  agentMessage,
  type ConnectRequest,
  fromAttemptKeyMessage,
  type GatewayClient,
  PROTOCOL_VERSION,
  toAttemptKeyMessage,
  type Welcome,
} from '@fleetune/protocol';
import type { AgentConfig } from './agent-config.js';
import type { AttemptSource } from './attempt-source.js';
import { AttemptBoard } from './attempts/attempt-board.js';
import { attemptName } from './attempts/attempt-name.js';
import type { AgentClock } from './clock.js';
import { GatewayLink } from './gateway/gateway-link.js';
import type { AgentIdentity } from './identity/identity-file.js';
import { ClaimDesk } from './intake/claim-desk.js';
import { StrayGrants } from './intake/stray-grants.js';
import { WorkIntake } from './intake/work-intake.js';
import { Capacity, type Inventory } from './inventory/capacity.js';
import { LeaseKeeper } from './leases/lease-keeper.js';
import type { LeaseOrder } from './leases/lease-table.js';
import { LogShipper } from './logs/log-shipper.js';
import { ReportDesk } from './reports/report-desk.js';
import type { ReportJournal } from './reports/report-journal.js';
import { type MessageReceivers, receive } from './server-messages.js';
import type { SpotNotice } from './spot/spot-notices.js';

export interface MembershipParts {
  readonly config: Pick<AgentConfig, 'executor' | 'log' | 'offer' | 'openSource' | 'version'>;
  readonly gateway: GatewayClient;
  /** Asked for at each connection, because joining again changes it. */
  readonly identity: () => AgentIdentity;
  readonly inventory: Inventory;
  readonly journal: ReportJournal;
  readonly clock: AgentClock;
  readonly random: () => number;
  readonly claimTimeoutMs: number;
  readonly onWelcome: () => void;
  readonly onInterrupt: (notice: SpotNotice) => void;
}

/** An agent's part in its fleet: the parts that hold its connection, leases, attempts, reports and logs, wired up. */
export class FleetMembership {
  readonly link: GatewayLink;
  readonly board: AttemptBoard;
  readonly intake: WorkIntake;
  readonly reports: ReportDesk;
  readonly #parts: MembershipParts;
  readonly #capacity: Capacity;
  readonly #leases: LeaseKeeper;
  readonly #logs: LogShipper;
  readonly #claims: ClaimDesk;
  readonly #receivers: MessageReceivers;
  /** Random per boot: the server sees that what an earlier process held is gone. */
  readonly #epoch = randomUUID();
  #source: { readonly kind: string; readonly url: string; readonly source: AttemptSource } | undefined;
  #draining = false;

  constructor(parts: MembershipParts) {
    const { clock, journal, config, gateway, random, inventory } = parts;
    const { log, executor } = config;
    this.#parts = parts;
    this.#capacity = new Capacity(inventory, config.offer, clock.monotonicMs());
    const events = {
      hello: () => this.#hello(),
      welcome: (welcome: Welcome) => this.#welcomed(welcome),
      message: (message: Parameters<typeof receive>[0]) => receive(message, this.#receivers),
      disconnected: () => this.#disconnected(),
    };
    const uplink = new GatewayLink({
      gateway,
      credential: () => parts.identity().credential,
      events,
      clock,
      random,
      log,
    });
    this.link = uplink;
    const leases = new LeaseKeeper(clock, {
      renew: (keys, sentAtMs) => this.#renew(keys.map(toAttemptKeyMessage), sentAtMs),
      carryOut: (order) => this.#carryOut(order),
      connectionStalled: () => uplink.reset('The server stopped answering.'),
    });
    this.#leases = leases;
    const reports = new ReportDesk(journal, uplink, clock);
    this.reports = reports;
    const logs = new LogShipper(clock, uplink, (key, error) =>
      log.warn({ err: error, attempt: attemptName(key) }, 'the log of an attempt cannot be read'),
    );
    this.#logs = logs;
    const onSlotFree = (slot: Parameters<WorkIntake['slotFree']>[0]) => this.intake.slotFree(slot);
    const board = new AttemptBoard({ executor, uplink, leases, reports, logs, clock, log, onSlotFree });
    this.board = board;
    const claims = new ClaimDesk(uplink, clock, parts.claimTimeoutMs);
    this.#claims = claims;
    const intake = new WorkIntake(this.#capacity, claims, board, clock, log);
    this.intake = intake;
    const strayGrants = new StrayGrants(board, reports);
    const onDrain = () => this.startDraining();
    const { onInterrupt } = parts;
    this.#receivers = { claims, strayGrants, leases, board, logs, intake, onDrain, onInterrupt, log };
    this.#warnOfIdleGpus();
  }

  get draining(): boolean {
    return this.#draining;
  }

  startDraining(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.intake.drain();
    this.link.send(agentMessage({ case: 'draining', value: {} }));
  }

  /** Takes work again after draining; the server learns it from a new hello. */
  stopDraining(): void {
    if (!this.#draining) return;
    this.#draining = false;
    this.intake.resume();
    this.link.reset('The agent takes work again.');
  }

  /** Resolves when no program runs and none is about to. */
  async whenNoneRuns(): Promise<void> {
    await this.intake.whenIdle();
    await this.board.whenNoneRuns();
  }

  /** Resolves when the server has every result, and the logs that go with them. */
  async whenAllDelivered(): Promise<void> {
    await this.reports.whenAllSettled();
    await this.board.whenEmpty();
  }

  /** Ends the connection and stops every timer; attempts that still run are the caller's. */
  close(): void {
    this.link.close();
    this.intake.close();
    this.#closeSource();
    this.#leases.close();
    this.#logs.close();
    this.board.close();
    this.#claims.disconnected();
  }

  #hello(): ConnectRequest {
    const { config, inventory, identity } = this.#parts;
    const { hostName, cpuMilli, memoryMib, gpus } = inventory;
    const running = this.board.running().map((key) => ({ key: toAttemptKeyMessage(key), running: true }));
    const reported = this.reports.keys().map((key) => ({ key: toAttemptKeyMessage(key), running: false }));
    return agentMessage({
      case: 'hello',
      value: {
        agentId: identity().agentId,
        agentEpoch: this.#epoch,
        agentVersion: config.version,
        protocolVersion: PROTOCOL_VERSION,
        inventory: {
          hostName,
          cpuMilli,
          memoryMib: BigInt(memoryMib),
          gpus: gpus.map((gpu) => ({ uuid: gpu.uuid, name: gpu.name, memoryMib: BigInt(gpu.memoryMib) })),
          sandbox: config.executor.sandbox,
        },
        heldAttempts: [...running, ...reported],
        offeredClasses: this.#capacity.offered.map((offered) => ({ ...offered })),
      },
    });
  }

  #welcomed(welcome: Welcome): void {
    for (const key of welcome.killAttempts) this.board.abandon(fromAttemptKeyMessage(key));
    this.board.connected();
    for (const key of this.reports.keys()) if (!this.board.has(key)) this.reports.send(attemptName(key));
    this.#leases.connected({ ttlMs: welcome.leaseTtlMs, renewEveryMs: welcome.leaseRenewEveryMs });
    if (this.#draining) this.link.send(agentMessage({ case: 'draining', value: {} }));
    this.intake.connected(this.#openSource(welcome.queue?.kind ?? '', welcome.queue?.url ?? ''));
    this.#parts.config.log.info({ server: welcome.serverVersion }, 'connected');
    this.#parts.onWelcome();
  }

  #disconnected(): void {
    this.#claims.disconnected();
    this.reports.disconnected();
    this.#leases.disconnected();
    this.intake.disconnected();
  }

  #openSource(kind: string, url: string): AttemptSource {
    if (this.#source?.kind === kind && this.#source.url === url) return this.#source.source;
    this.#closeSource();
    const source = this.#parts.config.openSource({ kind, url });
    this.#source = { kind, url, source };
    return source;
  }

  #closeSource(): void {
    this.#source?.source.close().catch((error: unknown) => {
      this.#parts.config.log.warn({ err: error }, 'the class queues did not close properly');
    });
    this.#source = undefined;
  }

  #renew(keys: AttemptKeyMessage[], sentAtMs: number): void {
    this.link.send(agentMessage({ case: 'leaseRenewal', value: { keys, sentAtMonotonicMs: BigInt(sentAtMs) } }));
    this.reports.repeatStale();
    this.#logs.repeatStale();
  }

  #carryOut({ kind, key }: LeaseOrder): void {
    const reason = 'The agent could not reach its server to renew the lease.';
    this.#parts.config.log.warn({ attempt: attemptName(key), order: kind }, reason);
    if (kind === 'stop') this.board.interrupt(key, reason);
    else this.board.kill(key, reason);
  }

  #warnOfIdleGpus(): void {
    const { config, inventory } = this.#parts;
    const { offer, log } = config;
    if (offer.kind !== 'any' || inventory.gpus.length === 0 || offer.slots <= inventory.gpus.length) return;
    log.warn(
      { gpus: inventory.gpus.length, slots: offer.slots },
      'GPUs are not shared between slots, so no job gets one; offer as many slots as there are GPUs, or fewer',
    );
  }
}
