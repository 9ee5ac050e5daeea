import { connectGateway } from '@fleetune/protocol';
import type { AgentConfig, AgentDependencies } from './agent-config.js';
import { Changes } from './changes.js';
import { type AgentClock, systemClock } from './clock.js';
import type { KeptAttempt } from './execution/attempt-execution.js';
import { FleetMembership } from './fleet-membership.js';
import { AgentRejectedError } from './gateway/gateway-link.js';
import { CordonFile } from './identity/cordon-file.js';
import { type AgentIdentity, forgetIdentity } from './identity/identity-file.js';
import { type Joining, joinFleet } from './identity/join-fleet.js';
import { lockStateDirectory } from './identity/state-directory-lock.js';
import type { Inventory } from './inventory/capacity.js';
import { detectGpus } from './inventory/gpus.js';
import { detectHost } from './inventory/host.js';
import { ReportJournal } from './reports/report-journal.js';
import type { AgentState, RunningAgent } from './running-agent.js';
import { interruptAttempts } from './spot/interrupt-attempts.js';
import type { SpotNotice } from './spot/spot-notices.js';
import { within } from './within.js';

/** Killed programs that are not gone by then are left to the next agent's sweep. */
const KILL_LIMIT_MS = 10_000;
/** How long an ending agent waits for the server to acknowledge its last results. */
const FAREWELL_MS = 2_000;
const STOPPED = 'The agent was stopped.';
const SPOT_STOPPED = 'The spot machine is being taken away.';
const HANDED_OVER = 'The agent was started anew, and the program could not go on without it.';
const SPOT_SECONDS = 30;

/**
 * Starts an agent: finds what the machine has, joins the fleet if it has not yet, and connects. Waits for a server that
 * cannot be reached, when it has to join, else returns at once.
 *
 * @throws JoinTokenMissingError, JoinRefusedError, IdentityFileError, StateDirectoryInUseError, GatewayUrlError
 */
export async function startAgent(config: AgentConfig, dependencies: AgentDependencies = {}): Promise<RunningAgent> {
  const { clock = systemClock, random = Math.random, nvidiaSmi = 'nvidia-smi' } = dependencies;
  const { claimTimeoutMs = 5_000, signal } = dependencies;
  const { stateDirectory, name, joinToken, log } = config;
  const gateway = connectGateway(config);
  const held = [await lockStateDirectory(stateDirectory), async () => gateway.close()];
  const release = async () => {
    while (held.length > 0) await held.pop()?.();
  };
  try {
    const journal = await ReportJournal.open(stateDirectory, (error) =>
      log.error({ err: error }, 'results cannot be written to disk; a crash of the agent now would lose them'),
    );
    held.push(() => journal.close());
    held.push(async () => config.executor.close?.());
    const kept = config.executor.keptAttempts?.() ?? [];
    const [host, gpus] = await Promise.all([detectHost(), detectGpus(nvidiaSmi, log), sweepOrphans(config)]);
    const joining: Joining = {
      stateDirectory,
      agentName: name,
      gateway,
      clock,
      random,
      onUnreachable: (error) => log.warn({ err: error }, 'the server cannot be reached; trying again'),
      ...(joinToken === undefined ? {} : { joinToken }),
      ...(signal === undefined ? {} : { signal }),
    };
    const identity = await joinFleet(joining);
    const inventory = { ...host, gpus };
    return new Agent({ config, joining, identity, inventory, journal, kept, claimTimeoutMs, release });
  } catch (error) {
    await release();
    throw error;
  }
}

async function sweepOrphans({ executor, log }: AgentConfig): Promise<void> {
  const { killedProcesses } = await executor.sweepOrphans();
  if (killedProcesses > 0) log.warn({ killedProcesses }, 'ended what an earlier agent process left running');
}

interface AgentParts {
  readonly config: AgentConfig;
  readonly joining: Joining;
  readonly identity: AgentIdentity;
  readonly inventory: Inventory;
  readonly journal: ReportJournal;
  readonly kept: readonly KeptAttempt[];
  readonly claimTimeoutMs: number;
  /** Gives back the state directory and what else the agent holds. */
  readonly release: () => Promise<void>;
}

/** The life of an agent, from its identity to its end. */
class Agent implements RunningAgent {
  readonly closed: Promise<void>;
  readonly #config: AgentConfig;
  readonly #clock: AgentClock;
  readonly #joining: Joining;
  readonly #release: () => Promise<void>;
  readonly #membership: FleetMembership;
  readonly #changes = new Changes();
  #identity: AgentIdentity;
  #welcomed = false;
  #stopping: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  readonly #ending = new AbortController();
  readonly #cordon: CordonFile;
  #isCordoned: boolean;
  /** Until when the machine is taken away, by the monotonic clock; infinite where that is no drill. */
  #awayUntilMs = Number.NEGATIVE_INFINITY;

  constructor({ config, joining, identity, inventory, journal, kept, claimTimeoutMs, release }: AgentParts) {
    this.#config = config;
    this.#clock = joining.clock;
    this.#joining = joining;
    this.#release = release;
    this.#identity = identity;
    this.#membership = new FleetMembership({
      config,
      gateway: joining.gateway,
      identity: () => this.#identity,
      inventory,
      journal,
      kept,
      clock: joining.clock,
      random: joining.random,
      claimTimeoutMs,
      onWelcome: () => {
        this.#welcomed = true;
        this.#changes.announce();
      },
      onCordon: (isCordoned) => void this.#setCordon(isCordoned),
      onInterrupt: (notice) => void this.#rehearse(notice),
    });
    this.#cordon = new CordonFile(config.stateDirectory);
    this.#isCordoned = this.#cordon.isCordoned;
    if (this.#isCordoned) this.#membership.startDraining();
    void this.#heedNotices();
    this.closed = this.#live();
    // Whoever does not look at `closed` finds the reason in the log.
    this.closed.catch((error: unknown) => config.log.error({ err: error }, 'the agent has ended'));
  }

  get id(): string {
    return this.#identity.agentId;
  }

  get state(): AgentState {
    if (this.#closing !== undefined) return 'Stopped';
    if (this.#membership.draining) return 'Draining';
    return this.#membership.link.connected ? 'Ready' : 'Connecting';
  }

  async whenReady(): Promise<void> {
    await this.#changes.until(() => this.#welcomed || this.#closing !== undefined);
  }

  async drain(): Promise<void> {
    this.#membership.startDraining();
    await this.#membership.whenNoneRuns();
    await this.#membership.reports.whenAllSettled();
  }

  async interrupt(notice: SpotNotice): Promise<void> {
    this.#config.log.warn(notice, 'this machine is about to be taken away');
    await interruptAttempts(this.#membership, notice, this.#clock);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#config.offer.spot ? this.#interruptAndClose() : this.#drainAndClose();
    return this.#stopping;
  }

  handOver(): Promise<void> {
    this.#stopping ??= this.#handOverAndClose();
    return this.#stopping;
  }

  async kill(): Promise<void> {
    this.#membership.startDraining();
    this.#membership.link.sever();
    await this.#killRunning();
    await this.#close();
  }

  async #live(): Promise<void> {
    try {
      await this.#stayConnected();
    } catch (error) {
      await this.kill();
      throw error;
    }
    await this.#changes.until(() => this.#closing !== undefined);
    await this.#closing;
  }

  /** An identity that the server has forgotten is replaced once, where there is a token to do it with. */
  async #stayConnected(): Promise<void> {
    const { link } = this.#membership;
    try {
      await link.run();
    } catch (error) {
      const mayJoinAgain = this.#joining.joinToken !== undefined && !this.#welcomed;
      if (!(error instanceof AgentRejectedError) || !mayJoinAgain) throw error;
      this.#config.log.warn('the server does not know this agent; joining again');
      await forgetIdentity(this.#joining.stateDirectory);
      this.#identity = await joinFleet(this.#joining);
      await link.run();
    }
  }

  async #heedNotices(): Promise<void> {
    const notice = await this.#config.spotNotices?.next(this.#ending.signal);
    if (notice === undefined) return;
    this.#awayUntilMs = Number.POSITIVE_INFINITY;
    await this.interrupt(notice);
  }

  /** Takes no new work from now on, or takes work again; what runs goes on. */
  async #setCordon(isCordoned: boolean): Promise<void> {
    const { log } = this.#config;
    this.#isCordoned = isCordoned;
    log.info({ isCordoned }, isCordoned ? 'cordoned: no new work' : 'not cordoned any more');
    if (isCordoned) this.#membership.startDraining();
    else if (!this.#isEnding && this.#awayUntilMs < this.#clock.monotonicMs()) this.#membership.stopDraining();
    await this.#cordon.write(isCordoned).catch((error: unknown) => {
      log.error({ err: error }, 'whether this agent takes work cannot be written down; it holds until it is restarted');
    });
  }

  /** A drill: in the end the machine is still there, and works again. */
  async #rehearse(notice: SpotNotice): Promise<void> {
    const overAtMs = this.#clock.monotonicMs() + notice.secondsLeft * 1000;
    this.#awayUntilMs = Math.max(this.#awayUntilMs, overAtMs);
    await this.interrupt(notice);
    await within(
      this.#clock,
      Math.max(0, overAtMs - this.#clock.monotonicMs()),
      this.#changes.until(() => this.#isEnding),
    );
    // Another drill may last longer, or the machine be taken away in earnest.
    if (this.#isEnding || this.#isCordoned || this.#awayUntilMs > overAtMs) return;
    this.#config.log.info('the drill is over; taking work again');
    this.#membership.stopDraining();
  }

  get #isEnding(): boolean {
    return this.#stopping !== undefined || this.#closing !== undefined;
  }

  async #interruptAndClose(): Promise<void> {
    const { spotSeconds = SPOT_SECONDS } = this.#config;
    await this.interrupt({ reason: SPOT_STOPPED, secondsLeft: spotSeconds });
    await this.#close();
  }

  async #drainAndClose(): Promise<void> {
    const { drainSeconds = 10, stopGraceSeconds = 120 } = this.#config;
    const { board, link } = this.#membership;
    this.#membership.startDraining();
    if (!(await within(this.#clock, drainSeconds * 1000, this.#membership.whenNoneRuns()))) {
      for (const key of board.running()) board.interrupt(key, STOPPED);
      await within(this.#clock, stopGraceSeconds * 1000, board.whenNoneRuns());
    }
    await this.#killRunning();
    if (link.connected) await within(this.#clock, FAREWELL_MS, this.#membership.whenAllDelivered());
    await this.#close();
  }

  async #handOverAndClose(): Promise<void> {
    const { stopGraceSeconds = 120 } = this.#config;
    const { board, link, intake, reports } = this.#membership;
    this.#membership.startDraining();
    await intake.whenIdle();
    const ending = () => board.running().filter((key) => !board.outlivesAgent(key));
    for (const key of ending()) board.interrupt(key, HANDED_OVER);
    const ended = board.when(() => ending().length === 0);
    if (!(await within(this.#clock, stopGraceSeconds * 1000, ended))) {
      for (const key of ending()) board.kill(key, HANDED_OVER);
      await within(this.#clock, KILL_LIMIT_MS, ended);
    }
    if (link.connected) await within(this.#clock, FAREWELL_MS, reports.whenAllSettled());
    board.letGo();
    await this.#close();
  }

  async #killRunning(): Promise<void> {
    const { board } = this.#membership;
    for (const key of board.running()) board.kill(key, STOPPED);
    await within(this.#clock, KILL_LIMIT_MS, board.whenNoneRuns());
  }

  #close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#ending.abort();
      this.#membership.close();
      this.#closing = this.#release();
      this.#changes.announce();
    }
    return this.#closing;
  }
}
