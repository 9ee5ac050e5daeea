import { randomUUID } from 'node:crypto';
import {
  agentMessage,
  type ConnectRequest,
  connectGateway,
  fromAttemptKeyMessage,
  PROTOCOL_VERSION,
  toAttemptKeyMessage,
  type Welcome,
} from '@fleetune/protocol';
import type { AgentConfig, AgentDependencies } from './agent-config.js';
import type { AttemptSource } from './attempt-source.js';
import { AttemptBoard } from './attempts/attempt-board.js';
import { attemptName } from './attempts/attempt-name.js';
import { Changes } from './changes.js';
import { type AgentClock, systemClock } from './clock.js';
import { AgentRejectedError, GatewayLink } from './gateway/gateway-link.js';
import { type AgentIdentity, forgetIdentity } from './identity/identity-file.js';
import { joinFleet } from './identity/join-fleet.js';
import { lockStateDirectory } from './identity/state-directory-lock.js';
import { ClaimDesk } from './intake/claim-desk.js';
import { StrayGrants } from './intake/stray-grants.js';
import { WorkIntake } from './intake/work-intake.js';
import { Capacity, type Inventory } from './inventory/capacity.js';
import { detectGpus } from './inventory/gpus.js';
import { detectHost } from './inventory/host.js';
import { LeaseKeeper } from './leases/lease-keeper.js';
import type { LeaseOrder } from './leases/lease-table.js';
import { LogShipper } from './logs/log-shipper.js';
import { ReportDesk } from './reports/report-desk.js';
import { ReportJournal } from './reports/report-journal.js';
import { receive } from './server-messages.js';
import { within } from './within.js';

/** Connecting: no server at the moment. Ready: takes work. Draining: takes no new work. Stopped: over. */
export type AgentState = 'Connecting' | 'Ready' | 'Draining' | 'Stopped';

export interface RunningAgent {
  /** Given by the server when the agent joined. */
  readonly id: string;
  readonly state: AgentState;
  /** Resolves when the server has welcomed the agent for the first time. */
  whenReady(): Promise<void>;
  /** Takes no new work from now on; resolves when what runs has ended and the server has every result. */
  drain(): Promise<void>;
  /**
   * Ends the agent: drains for `drainSeconds`, then asks the programs that still run to save and end, then kills them.
   * What could not be reported is reported by the next agent on the same state directory.
   */
  stop(): Promise<void>;
  /** Ends every program and the agent at once. */
  kill(): Promise<void>;
  /** Resolves when the agent is over. Rejects with AgentRejectedError when the server does not accept it any more. */
  readonly closed: Promise<void>;
}

const CLAIM_TIMEOUT_MS = 5_000;
const KILL_LIMIT_MS = 10_000;
const FAREWELL_MS = 2_000;

/**
 * Starts an agent: finds what the machine has, joins the fleet if it has not yet, and connects. Waits for a server that
 * cannot be reached, when it has to join, else returns at once.
 *
 * @throws JoinTokenMissingError, JoinRefusedError, IdentityFileError, StateDirectoryInUseError, GatewayUrlError
 */
export async function startAgent(config: AgentConfig, dependencies: AgentDependencies = {}): Promise<RunningAgent> {
  const unlock = await lockStateDirectory(config.stateDirectory);
  try {
    const [host, gpus] = await Promise.all([
      detectHost(),
      detectGpus(dependencies.nvidiaSmi ?? 'nvidia-smi', config.log),
      sweepOrphans(config),
    ]);
    const journal = await ReportJournal.open(config.stateDirectory, (error) =>
      config.log.error({ err: error }, 'results cannot be written to disk; a crash of the agent now would lose them'),
    );
    const agent = new Agent(config, dependencies, { ...host, gpus }, journal, unlock);
    await agent.join();
    agent.run();
    return agent;
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function sweepOrphans({ executor, log }: AgentConfig): Promise<void> {
  const { killedProcesses } = await executor.sweepOrphans();
  if (killedProcesses > 0) log.warn({ killedProcesses }, 'ended what an earlier agent process left running');
}

class Agent implements RunningAgent {
  readonly closed: Promise<void>;
  readonly #config: AgentConfig;
  readonly #dependencies: AgentDependencies;
  readonly #clock: AgentClock;
  readonly #inventory: Inventory;
  readonly #journal: ReportJournal;
  readonly #unlock: () => Promise<void>;
  /** Random per boot: the server sees that what an earlier process held is gone. */
  readonly #epoch = randomUUID();
  readonly #changes = new Changes();

  readonly #gateway;
  readonly #link: GatewayLink;
  readonly #capacity: Capacity;
  readonly #leases: LeaseKeeper;
  readonly #reports: ReportDesk;
  readonly #logs: LogShipper;
  readonly #board: AttemptBoard;
  readonly #claims: ClaimDesk;
  readonly #intake: WorkIntake;
  readonly #receivers;

  #identity: AgentIdentity | undefined;
  #joinedAgain = false;
  #source: { readonly kind: string; readonly url: string; readonly source: AttemptSource } | undefined;
  #everReady = false;
  #draining = false;
  #ending: Promise<void> | undefined;
  #ended = false;
  readonly #close: { resolve: () => void; reject: (error: unknown) => void };

  constructor(
    config: AgentConfig,
    dependencies: AgentDependencies,
    inventory: Inventory,
    journal: ReportJournal,
    unlock: () => Promise<void>,
  ) {
    const { log, executor } = config;
    const clock = dependencies.clock ?? systemClock;
    this.#config = config;
    this.#dependencies = dependencies;
    this.#clock = clock;
    this.#inventory = inventory;
    this.#journal = journal;
    this.#unlock = unlock;
    this.#gateway = connectGateway(config);
    this.#capacity = new Capacity(inventory, config.offer, clock.monotonicMs());
    const link = new GatewayLink({
      gateway: this.#gateway,
      credential: () => this.#identity?.credential ?? '',
      events: {
        hello: () => this.#hello(),
        welcome: (welcome) => this.#welcomed(welcome),
        message: (message) => receive(message, this.#receivers),
        disconnected: () => this.#disconnected(),
      },
      clock,
      random: dependencies.random ?? Math.random,
      log,
    });
    this.#link = link;
    this.#leases = new LeaseKeeper(clock, {
      renew: (keys, sentAtMs) => this.#renew(keys.map(toAttemptKeyMessage), sentAtMs),
      carryOut: (order) => this.#carryOut(order),
      connectionStalled: () => link.reset('The server stopped answering.'),
    });
    this.#reports = new ReportDesk(journal, link, clock);
    this.#logs = new LogShipper(clock, link, (key, error) =>
      log.warn({ err: error, attempt: attemptName(key) }, 'the log of an attempt cannot be read'),
    );
    this.#board = new AttemptBoard({
      executor,
      uplink: link,
      leases: this.#leases,
      reports: this.#reports,
      logs: this.#logs,
      clock,
      log,
      onSlotFree: (slot) => this.#intake.slotFree(slot),
    });
    this.#claims = new ClaimDesk(link, clock, CLAIM_TIMEOUT_MS);
    this.#intake = new WorkIntake(this.#capacity, this.#claims, this.#board, clock, log);
    this.#receivers = {
      claims: this.#claims,
      strayGrants: new StrayGrants(this.#board, this.#reports),
      leases: this.#leases,
      board: this.#board,
      logs: this.#logs,
      intake: this.#intake,
      onDrain: () => this.#startDraining(),
      log,
    };
    let resolve = () => {};
    let reject: (error: unknown) => void = () => {};
    this.closed = new Promise<void>((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
    this.closed.catch(() => {});
    this.#close = { resolve, reject };
  }

  get id(): string {
    return this.#identity?.agentId ?? '';
  }

  get state(): AgentState {
    if (this.#ended) return 'Stopped';
    if (this.#draining) return 'Draining';
    return this.#link.connected ? 'Ready' : 'Connecting';
  }

  async join(): Promise<void> {
    const { stateDirectory, joinToken, name, log } = this.#config;
    const { random, signal } = this.#dependencies;
    this.#identity = await joinFleet({
      stateDirectory,
      ...(joinToken === undefined ? {} : { joinToken }),
      agentName: name,
      gateway: this.#gateway,
      clock: this.#clock,
      random: random ?? Math.random,
      onUnreachable: (error) => log.warn({ err: error }, 'the server cannot be reached; trying again'),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  run(): void {
    this.#runLink().catch((error: unknown) => {
      this.#config.log.error({ err: error }, 'the agent ends');
      this.#ending ??= this.#killAndClose();
      void this.#ending.then(() => this.#close.reject(error));
    });
  }

  async whenReady(): Promise<void> {
    await this.#changes.until(() => this.#everReady || this.#ended);
  }

  async drain(): Promise<void> {
    this.#startDraining();
    await this.#intake.whenIdle();
    await this.#board.whenNoneRuns();
    await this.#reports.whenAllSettled();
  }

  stop(): Promise<void> {
    this.#ending ??= this.#drainAndClose();
    return this.#ending.then(() => this.#close.resolve());
  }

  async kill(): Promise<void> {
    await this.#killAndClose();
    this.#close.resolve();
  }

  /** An identity that the server has forgotten is replaced once, where there is a token to do it with. */
  async #runLink(): Promise<void> {
    for (;;) {
      try {
        return await this.#link.run();
      } catch (error) {
        const mayJoinAgain = this.#config.joinToken !== undefined && !this.#everReady && !this.#joinedAgain;
        if (!(error instanceof AgentRejectedError) || !mayJoinAgain) throw error;
        this.#config.log.warn('the server does not know this agent; joining again');
        this.#joinedAgain = true;
        await forgetIdentity(this.#config.stateDirectory);
        await this.join();
      }
    }
  }

  #hello(): ConnectRequest {
    const { version, executor } = this.#config;
    const { hostName, cpuMilli, memoryMib, gpus } = this.#inventory;
    const running = this.#board.running().map((key) => ({ key: toAttemptKeyMessage(key), running: true }));
    const reported = this.#reports.keys().map((key) => ({ key: toAttemptKeyMessage(key), running: false }));
    return agentMessage({
      case: 'hello',
      value: {
        agentId: this.id,
        agentEpoch: this.#epoch,
        agentVersion: version,
        protocolVersion: PROTOCOL_VERSION,
        inventory: {
          hostName,
          cpuMilli,
          memoryMib: BigInt(memoryMib),
          gpus: gpus.map((gpu) => ({ uuid: gpu.uuid, name: gpu.name, memoryMib: BigInt(gpu.memoryMib) })),
          sandbox: executor.sandbox,
        },
        heldAttempts: [...running, ...reported],
        offeredClasses: this.#capacity.offered.map((offered) => ({ ...offered })),
      },
    });
  }

  #welcomed(welcome: Welcome): void {
    for (const key of welcome.killAttempts) this.#board.abandon(fromAttemptKeyMessage(key));
    this.#board.connected();
    for (const key of this.#reports.keys()) if (!this.#board.has(key)) this.#reports.send(attemptName(key));
    this.#leases.connected({ ttlMs: welcome.leaseTtlMs, renewEveryMs: welcome.leaseRenewEveryMs });
    if (this.#draining) this.#link.send(agentMessage({ case: 'draining', value: {} }));
    this.#intake.connected(this.#openSource(welcome.queue?.kind ?? '', welcome.queue?.url ?? ''));
    this.#config.log.info({ agentId: this.id, server: welcome.serverVersion }, 'connected');
    this.#everReady = true;
    this.#changes.announce();
  }

  #openSource(kind: string, url: string): AttemptSource {
    if (this.#source?.kind === kind && this.#source.url === url) return this.#source.source;
    this.#closeSource();
    const source = this.#config.openSource({ kind, url });
    this.#source = { kind, url, source };
    return source;
  }

  #closeSource(): void {
    this.#source?.source.close().catch((error: unknown) => {
      this.#config.log.warn({ err: error }, 'the class queues did not close properly');
    });
    this.#source = undefined;
  }

  #disconnected(): void {
    this.#claims.disconnected();
    this.#reports.disconnected();
    this.#leases.disconnected();
    this.#intake.disconnected();
  }

  #renew(keys: ReturnType<typeof toAttemptKeyMessage>[], sentAtMs: number): void {
    this.#link.send(agentMessage({ case: 'leaseRenewal', value: { keys, sentAtMonotonicMs: BigInt(sentAtMs) } }));
    this.#reports.repeatStale();
  }

  #carryOut({ kind, key }: LeaseOrder): void {
    const reason = 'The agent could not reach its server to renew the lease.';
    this.#config.log.warn({ attempt: attemptName(key), order: kind }, reason);
    if (kind === 'stop') this.#board.interrupt(key, reason);
    else this.#board.kill(key, reason);
  }

  #startDraining(): void {
    if (this.#draining) return;
    this.#draining = true;
    this.#intake.drain();
    this.#link.send(agentMessage({ case: 'draining', value: {} }));
  }

  async #drainAndClose(): Promise<void> {
    const { drainSeconds = 10, stopGraceSeconds = 120 } = this.#config;
    this.#startDraining();
    const quiet = this.#intake.whenIdle().then(() => this.#board.whenNoneRuns());
    if (!(await within(this.#clock, drainSeconds * 1000, quiet))) {
      for (const key of this.#board.running()) this.#board.interrupt(key, 'The agent was stopped.');
      await within(this.#clock, stopGraceSeconds * 1000, this.#board.whenNoneRuns());
    }
    await this.#killRunning();
    if (this.#link.connected) await within(this.#clock, FAREWELL_MS, this.#whenAllDelivered());
    await this.#closeAll();
  }

  async #whenAllDelivered(): Promise<void> {
    await this.#reports.whenAllSettled();
    await this.#board.whenEmpty();
  }

  async #killAndClose(): Promise<void> {
    this.#draining = true;
    this.#intake.drain();
    this.#link.sever();
    await this.#killRunning();
    await this.#closeAll();
  }

  async #killRunning(): Promise<void> {
    for (const key of this.#board.running()) this.#board.kill(key, 'The agent was stopped.');
    await within(this.#clock, KILL_LIMIT_MS, this.#board.whenNoneRuns());
  }

  async #closeAll(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#link.close();
    this.#intake.close();
    this.#closeSource();
    this.#leases.close();
    this.#logs.close();
    this.#board.close();
    this.#claims.disconnected();
    await this.#journal.close();
    this.#gateway.close();
    await this.#unlock();
    this.#changes.announce();
  }
}
