import type { AttemptKey, StopReason } from '@fleetune/domain';
import type { SchedulerEvent } from '../event.js';
import { type AgentLink, type Changes, type LeaseGrant, LostOwnershipError, type Timers } from '../ports.js';
import { SchedulerRunner } from '../runner.js';
import type { SchedulerSettings, SchedulerState } from '../state.js';
import type { AgentStream } from './agent-stream.js';
import type { Chance } from './chance.js';
import type { ActiveFaults } from './faults.js';
import type { Invariants } from './invariants.js';
import { type QueueModel, shareOf } from './queue-model.js';
import type { SearchModel } from './search-model.js';
import { attemptName, type StoreModel, snapshot } from './store-model.js';
import type { Timeline } from './timeline.js';
import type { VirtualAgent } from './virtual-agent.js';

export interface ServerParts {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly faults: ActiveFaults;
  readonly store: StoreModel;
  readonly queue: QueueModel;
  readonly settings: SchedulerSettings;
  readonly invariants: Invariants;
  readonly openSearch: () => SearchModel;
  readonly agentOf: (id: string) => VirtualAgent | undefined;
  readonly onWarning: (message: string, error: unknown) => void;
  /** Told of everything that reaches the server and everything it says. */
  readonly trace: (what: string) => void;
}

/** One term of ownership, from taking over to losing it. Nothing that belongs to an ended term has any effect. */
interface Term {
  readonly ownerFence: number;
  runner?: SchedulerRunner;
  over: boolean;
  readonly connections: Map<string, AgentStream>;
}

const TICK_MS = 1_000;
const CATCH_UP_MS = 2_000;
const RESTART_MS = 500;

/**
 * The server around the production {@link SchedulerRunner}: takes ownership, starts from the store, is killed between
 * any two events, starts over, and finds in the store what nobody told it.
 */
export class ServerModel {
  /** How often the scheduler has asked for the time: at least once a step. */
  steps = 0;
  readonly #parts: ServerParts;
  #term: Term | undefined;
  #streams = 0;

  constructor(parts: ServerParts) {
    this.#parts = parts;
  }

  get state(): Readonly<SchedulerState> | undefined {
    return this.#term?.runner?.state;
  }

  start(): void {
    const { store } = this.#parts;
    const term: Term = { ownerFence: store.takeOwnership(), over: false, connections: new Map() };
    this.#term = term;
    void this.#startRunner(term).then((runner) => {
      if (term.over) return;
      term.runner = runner;
      this.#parts.invariants.termBegan();
      this.#catchUpRegularly(term);
    });
  }

  /** The process is gone; what it had begun to commit may still become durable. */
  kill(downMs: number): void {
    this.#endTerm();
    this.#parts.timeline.after(downMs, () => {
      if (this.#term === undefined) this.start();
    });
  }

  /** Somebody else took the database over and is gone again; this server finds out when it commits. */
  loseOwnership(): void {
    this.#parts.store.takeOwnership();
  }

  post(event: SchedulerEvent): void {
    this.#parts.trace(`> ${describeEvent(event)}`);
    this.#term?.runner?.post(event);
  }

  openStream(agentId: string, make: (epoch: string) => AgentStream): AgentStream {
    this.#streams += 1;
    return make(`${agentId}:${this.#streams}`);
  }

  hello(
    stream: AgentStream,
    offers: ReadonlyMap<string, number>,
    held: readonly AttemptKey[],
    kept: readonly AttemptKey[],
  ): void {
    const { timeline, chance } = this.#parts;
    const term = this.#term;
    if (term?.runner === undefined) return this.#refuse(stream);
    timeline.after(chance.between(0.2, 3), () => {
      if (term.over) return this.#refuse(stream);
      const older = term.connections.get(stream.agentId);
      if (older !== undefined) this.#close(older);
      term.connections.set(stream.agentId, stream);
      this.#parts.trace(`> hello of ${stream.epoch} holding ${held.map(attemptName).join(' ')}`);
      term.runner?.post({ kind: 'AgentConnected', agentId: stream.agentId, epoch: stream.epoch, offers, held, kept });
    });
  }

  /** The agent's end of the stream is closed. */
  streamEnded(stream: AgentStream): void {
    const term = this.#term;
    if (term?.connections.get(stream.agentId) === stream) term.connections.delete(stream.agentId);
    term?.runner?.post({ kind: 'AgentDisconnected', agentId: stream.agentId, epoch: stream.epoch });
  }

  #refuse(stream: AgentStream): void {
    stream.closeAtServer(() => this.#parts.agentOf(stream.agentId)?.cutOff(stream));
  }

  #close(stream: AgentStream): void {
    this.#refuse(stream);
    // Its end is noticed when the new stream is already there.
    this.#parts.timeline.after(1, () => {
      this.post({ kind: 'AgentDisconnected', agentId: stream.agentId, epoch: stream.epoch });
    });
  }

  #endTerm(): void {
    const term = this.#term;
    if (term === undefined) return;
    term.over = true;
    this.#term = undefined;
    void term.runner?.stop();
    for (const stream of term.connections.values()) this.#refuse(stream);
    term.connections.clear();
  }

  #startRunner(term: Term): Promise<SchedulerRunner> {
    const { timeline, chance, store, queue, invariants, settings, openSearch, onWarning } = this.#parts;
    return SchedulerRunner.start(
      {
        store: {
          load: () => new Promise((resolve) => timeline.after(chance.between(1, 200), () => resolve(store.load()))),
          commit: (changes) => this.#commit(term, changes),
        },
        queue: { enqueue: (entries) => (term.over ? Promise.resolve() : queue.enqueue(entries)) },
        search: openSearch(),
        agents: this.#link(term),
        clock: {
          // Asked at the beginning of every step.
          nowMs: () => {
            this.steps += 1;
            return timeline.nowMs;
          },
        },
        timers: this.#timers(term),
        random: chance.next,
        observe: () => {},
        warn: onWarning,
        onLostOwnership: (error) => {
          invariants.ownershipRefused(error, term.ownerFence !== store.ownerFence);
          this.#endTerm();
          timeline.after(RESTART_MS, () => {
            if (this.#term === undefined) this.start();
          });
        },
      },
      settings,
      TICK_MS,
    );
  }

  #commit(term: Term, changes: Changes): Promise<void> {
    const { timeline, chance, faults, store, invariants } = this.#parts;
    const rows = snapshot(changes);
    const slowMs = Math.max(0, ...faults.of('commits slow').map((fault) => fault.byMs));
    return new Promise((resolve, reject) => {
      timeline.after(chance.between(0.3, 6) + slowMs * chance.next(), () => {
        if (term.over && chance.strikes(0.5)) return;
        if (chance.strikes(shareOf(faults.of('commits fail')))) return reject(new Error('The connection broke.'));
        try {
          store.write(term.ownerFence, rows);
        } catch (error) {
          if (!term.over) reject(error instanceof LostOwnershipError ? error : new Error('refused', { cause: error }));
          return;
        }
        invariants.committed(rows);
        if (term.over) return;
        if (chance.strikes(shareOf(faults.of('commits unanswered')))) reject(new Error('The answer was lost.'));
        else resolve();
      });
    });
  }

  #timers(term: Term): Timers {
    const { timeline } = this.#parts;
    return {
      pause: (ms) => new Promise((resolve) => timeline.after(ms, () => !term.over && resolve())),
      every: (ms, act) => {
        let over = false;
        const again = () => {
          timeline.after(ms, () => {
            if (over || term.over) return;
            act();
            again();
          });
        };
        again();
        return () => {
          over = true;
        };
      },
    };
  }

  /** As the real server: jobs it has not heard of, and requests to stop, whoever took them in. */
  #catchUpRegularly(term: Term): void {
    const { timeline, store } = this.#parts;
    timeline.after(CATCH_UP_MS, () => {
      const { runner } = term;
      if (term.over || runner === undefined) return;
      this.#takeIn(runner);
      for (const { id, stopRequestedAtMs, endedAtMs } of store.tuningJobs.values()) {
        if (stopRequestedAtMs !== undefined && endedAtMs === undefined)
          runner.post({ kind: 'TuningJobStopRequested', tuningJobId: id });
      }
      for (const { id, stopRequestedAtMs, endedAtMs } of store.trainingJobs.values()) {
        if (stopRequestedAtMs === undefined || endedAtMs !== undefined) continue;
        runner.post({ kind: 'TrainingJobStopRequested', trainingJobId: id });
      }
      for (const { trainingJobId, status, wantedKeepAliveSeconds, keepAliveSeconds } of store.warmPools.values()) {
        if (status !== 'Available' || wantedKeepAliveSeconds === keepAliveSeconds) continue;
        runner.post({ kind: 'KeepAliveChanged', trainingJobId, keepAliveSeconds: wantedKeepAliveSeconds });
      }
      this.#catchUpRegularly(term);
    });
  }

  #takeIn(runner: SchedulerRunner): void {
    const { store } = this.#parts;
    const isNew = (row: { readonly id: string; readonly endedAtMs?: number; readonly tuning?: unknown }) =>
      row.endedAtMs === undefined && row.tuning === undefined && !runner.knows(row.id);
    if (![...store.tuningJobs.values(), ...store.trainingJobs.values()].some(isNew)) return;
    const loaded = store.load();
    for (const job of loaded.tuningJobs) if (isNew(job)) runner.post({ kind: 'TuningJobCreated', job });
    for (const job of loaded.trainingJobs) if (isNew(job)) runner.post({ kind: 'TrainingJobCreated', job });
  }

  #link(term: Term): AgentLink {
    const { invariants } = this.#parts;
    const tell = (agentId: string, say: (agent: VirtualAgent, stream: AgentStream) => void, mayBeLost = true) => {
      const stream = term.over ? undefined : term.connections.get(agentId);
      const agent = this.#parts.agentOf(agentId);
      if (stream !== undefined && agent !== undefined) stream.send('down', () => say(agent, stream), mayBeLost);
    };
    return {
      welcome: (agentId, kill, kept) => tell(agentId, (agent, stream) => agent.welcome(stream, kill, kept), false),
      keepSlots: (agentId, slots) => tell(agentId, (agent, stream) => agent.keepSlots(stream, slots), false),
      offerSlot: (agentId, key, instanceClass, keptAfter) =>
        tell(agentId, (agent, stream) => agent.offered(stream, key, instanceClass, keptAfter)),
      grant: (agentId: string, grant: LeaseGrant) => {
        this.#parts.trace(`< grant ${attemptName(grant.key)} to ${agentId}`);
        invariants.granted(agentId, grant);
        tell(agentId, (agent, stream) => agent.granted(stream, grant));
      },
      refuse: (agentId, key) => tell(agentId, (agent, stream) => agent.refused(stream, key)),
      acknowledge: (agentId, key, accepted) => {
        this.#parts.trace(`< acknowledge ${attemptName(key)} to ${agentId}: ${accepted}`);
        invariants.acknowledged(key, accepted);
        tell(agentId, (agent, stream) => agent.acknowledged(stream, key));
      },
      stop: (agentId, key, reason: StopReason) =>
        tell(agentId, (agent, stream) => agent.stopOrdered(stream, key, reason)),
      renewed: (agentId, { sentAtMonotonicMs, renewed, lost }) => {
        if (lost.length > 0) this.#parts.trace(`< lost ${lost.map(attemptName).join(' ')} to ${agentId}`);
        tell(agentId, (agent, stream) => agent.renewed(stream, Number(sentAtMonotonicMs), renewed, lost));
      },
      demand: (instanceClasses) => {
        for (const agentId of term.connections.keys()) {
          tell(agentId, (agent, stream) => agent.setDemand(stream, instanceClasses), false);
        }
      },
    };
  }
}

function describeEvent(event: SchedulerEvent): string {
  const agent = 'agentId' in event ? ` by ${event.agentId}` : '';
  const key = 'key' in event ? ` ${attemptName(event.key)}` : '';
  switch (event.kind) {
    case 'AttemptReported':
      return `${event.kind} ${attemptName(event.result.key)}${agent}: ${event.result.outcome.kind}`;
    case 'LeasesRenewed':
      return `${event.kind} ${event.keys.map(attemptName).join(' ')}${agent}`;
    case 'PhaseChanged':
      return `${event.kind}${key}${agent}: ${event.phase}`;
    default:
      return `${event.kind}${key}${agent}`;
  }
}
