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
import type { KeptAttempt } from './execution/attempt-execution.js';
import { GatewayLink } from './gateway/gateway-link.js';
import type { AgentIdentity } from './identity/identity-file.js';
import { ClaimDesk } from './intake/claim-desk.js';
import { KeptSlots, type LeftSlot } from './intake/kept-slots.js';
import { StrayGrants } from './intake/stray-grants.js';
import { WorkIntake } from './intake/work-intake.js';
import { Capacity, type Inventory, type Slot } from './inventory/capacity.js';
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
  /** What earlier agent processes left, to go on with. */
  readonly kept: readonly KeptAttempt[];
  readonly clock: AgentClock;
  readonly random: () => number;
  readonly claimTimeoutMs: number;
  readonly onWelcome: () => void;
  readonly onCordon: (isCordoned: boolean) => void;
  readonly onInterrupt: (notice: SpotNotice) => void;
}

/** Supervisors count in whole seconds, and end a program up to so much too early. */
const SUPERVISORS_HASTE_MS = 1_000;

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
  readonly #keptSlots: KeptSlots;
  readonly #receivers: MessageReceivers;
  /** Random per boot: the server sees that what an earlier process held is gone. */
  readonly #epoch = randomUUID();
  #source: { readonly kind: string; readonly url: string; readonly source: AttemptSource } | undefined;
  #draining = false;
  #saidHelloAtMs = 0;

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
      heldUntil: (endMs) => this.#tellSupervisors(endMs),
    });
    this.#leases = leases;
    const reports = new ReportDesk(journal, uplink, clock);
    this.reports = reports;
    const logs = new LogShipper(clock, uplink, (key, error) =>
      log.warn({ err: error, attempt: attemptName(key) }, 'the log of an attempt cannot be read'),
    );
    this.#logs = logs;
    this.#keptSlots = new KeptSlots({
      release: (slot) => this.intake.slotFree(slot),
      endPool: (warmPool) => this.#endWarmPool(warmPool),
    });
    const onSlotFree = (slot: Slot, left?: LeftSlot) => this.#slotLeft(slot, left);
    const board = new AttemptBoard({ executor, uplink, leases, reports, logs, clock, log, onSlotFree });
    this.board = board;
    const claims = new ClaimDesk(uplink, clock, parts.claimTimeoutMs);
    this.#claims = claims;
    const intake = new WorkIntake(this.#capacity, claims, board, this.#keptSlots, clock, log);
    this.intake = intake;
    const strayGrants = new StrayGrants(board, reports);
    const { onCordon, onInterrupt } = parts;
    const keptSlots = this.#keptSlots;
    this.#receivers = { claims, strayGrants, leases, board, logs, intake, keptSlots, onCordon, onInterrupt, log };
    this.#warnOfIdleGpus();
    for (const attempt of parts.kept) board.takeOver(attempt, this.#capacity.hold(attempt));
  }

  get draining(): boolean {
    return this.#draining;
  }

  startDraining(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.intake.drain();
    this.#keptSlots.giveUp();
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
    const { config, inventory, identity, clock } = this.#parts;
    this.#saidHelloAtMs = clock.monotonicMs();
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
        keepsSlots: true,
        keptSlots: this.#keptSlots.keys.map(toAttemptKeyMessage),
        offeredClasses: this.#capacity.offered.map((offered) => ({ ...offered })),
      },
    });
  }

  #welcomed(welcome: Welcome): void {
    this.#keptSlots.named(welcome.keptSlots.map(fromAttemptKeyMessage));
    for (const key of welcome.killAttempts.map(fromAttemptKeyMessage)) {
      this.board.abandon(key);
      this.#keptSlots.settle(key);
    }
    this.board.leasesHeld(this.#saidHelloAtMs);
    this.board.connected();
    for (const key of this.reports.keys()) if (!this.board.has(key)) this.reports.send(attemptName(key));
    this.#leases.connected({ ttlMs: welcome.leaseTtlMs, renewEveryMs: welcome.leaseRenewEveryMs });
    if (this.#draining) this.link.send(agentMessage({ case: 'draining', value: {} }));
    this.intake.connected(this.#openSource(welcome.queue?.kind ?? '', welcome.queue?.url ?? ''));
    this.#parts.config.log.info({ server: welcome.serverVersion }, 'connected');
    this.#parts.onWelcome();
  }

  /** Programs and their walls are gone. The slot is kept where somebody may follow in it, else it serves all. */
  #slotLeft(slot: Slot, left: LeftSlot | undefined): void {
    if (left === undefined || this.#draining) return this.intake.slotFree(slot);
    const { executor, log } = this.#parts.config;
    try {
      executor.keepWarmPool?.(left.key, left.warmPool);
      this.#keptSlots.keep(slot, left);
    } catch (error) {
      log.error(
        { err: error, warmPool: left.warmPool },
        "a warm pool's cache folder cannot be kept; giving up its slot",
      );
      this.intake.slotFree(slot);
    }
  }

  #endWarmPool(warmPool: string): void {
    const { executor, log } = this.#parts.config;
    executor.endWarmPool?.(warmPool).catch((error: unknown) => {
      log.warn({ err: error, warmPool }, "a warm pool's cache folder could not be removed");
    });
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

  #tellSupervisors(endMs: number): void {
    const { config } = this.#parts;
    try {
      config.executor.holdLeases?.(endMs + SUPERVISORS_HASTE_MS);
    } catch (error) {
      config.log.error({ err: error }, 'programs cannot be told how long their leases last, and end with them');
    }
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
