import type { AttemptKey, AttemptOutcome, TrainingJobSpec, TuningJobSpec } from '@fleetune/domain';
import type { Effect } from './effect.js';
import type { SchedulerEvent } from './event.js';
import { restoreState } from './restore-state.js';
import type { TrainingJobState, TuningJobState } from './state.js';
import { DEFAULT_SETTINGS, type LoadedState, type SchedulerState } from './state.js';
import { step } from './step.js';
import { newTuningJobProgress } from './tuning/tuning-loop.js';

/** A small, seeded generator (mulberry32): tests must replay. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const TRAINING_SPEC: TrainingJobSpec = {
  algorithm: { kind: 'command', command: ['true'] },
  hyperparameters: {},
  channels: [],
  outputUri: 'file:///out',
  instances: [{ instanceType: 'small', instanceCount: 1, volumeSizeGib: 1 }],
  stopping: { maxRuntimeSeconds: 3600 },
  maximumRetryAttempts: 0,
  environment: {},
  metricDefinitions: [{ name: 'score', regex: 'score=(.*)' }],
  networkIsolation: false,
  spot: false,
  keepAliveSeconds: 0,
};

export function tuningSpec(
  limits: TuningJobSpec['limits'],
  completion: Partial<TuningJobSpec['completion']> = {},
): TuningJobSpec {
  return {
    strategy: { name: 'Random' },
    seed: 1,
    limits,
    completion: { completeOnConvergence: false, ...completion },
    earlyStopping: 'Off',
    definitions: [
      {
        name: '',
        objective: { type: 'Maximize', metricName: 'score' },
        ranges: [{ kind: 'continuous', name: 'x', min: 0, max: 1, scaling: 'Linear' }],
        template: TRAINING_SPEC,
      },
    ],
  };
}

/** How likely each fault is, per chance it has. */
export interface Faults {
  readonly loseQueueEntry: number;
  readonly doubleQueueEntry: number;
  readonly killAgent: number;
  readonly dropMessage: number;
  readonly restartServer: number;
  readonly failAttempt: number;
}

const NO_FAULTS: Faults = {
  loseQueueEntry: 0,
  doubleQueueEntry: 0,
  killAgent: 0,
  dropMessage: 0,
  restartServer: 0,
  failAttempt: 0,
};

interface Running {
  readonly key: AttemptKey;
  endsAtMs: number;
  lastRenewedMs: number;
  outcome?: AttemptOutcome;
  reportedAtMs: number;
}

interface Agent {
  readonly id: string;
  readonly slots: number;
  connected: boolean;
  readonly running: Map<string, Running>;
}

/**
 * A fleet in virtual time around the production {@link step}: a store that enforces what the tables enforce, a queue
 * that loses and doubles, agents that crash. Checks the invariants after every event.
 */
export class SimulatedFleet {
  nowMs = 1_000_000;
  state: SchedulerState;
  /** Rows as last committed. */
  readonly trainingJobs = new Map<string, TrainingJobState>();
  readonly tuningJobs = new Map<string, TuningJobState>();
  /** How often each suggestion was told to the search, since the last server start. */
  readonly told = new Map<string, number>();
  readonly agents: Agent[];
  faults: Faults;
  maxRunning = 0;
  readonly #queue: AttemptKey[] = [];
  readonly #random: () => number;
  #suggested = 0;
  #epoch = 0;

  constructor(seed: number, agents: readonly number[], faults: Faults = NO_FAULTS) {
    this.#random = seededRandom(seed);
    this.faults = faults;
    this.agents = agents.map((slots, index) => ({ id: `agent-${index}`, slots, connected: false, running: new Map() }));
    this.state = restoreState({ tuningJobs: [], trainingJobs: [], warmPools: [] }, DEFAULT_SETTINGS, this.nowMs);
  }

  submit(name: string, spec: TuningJobSpec): void {
    const progress = newTuningJobProgress(spec, this.nowMs);
    const job = { id: name, tenant: 'default', name, spec, createdAtMs: this.nowMs, ...progress };
    this.tuningJobs.set(name, clone(job));
    this.post({ kind: 'TuningJobCreated', job });
  }

  post(event: SchedulerEvent): void {
    const effects = step(this.state, event, this.nowMs, this.#random);
    this.#commit(effects);
    for (const effect of effects) this.#act(effect);
    this.#checkInvariants();
  }

  /** Lets one second pass: agents pull, run, renew, report; faults strike. */
  tick(): void {
    this.nowMs += 1_000;
    if (this.#strikes(this.faults.restartServer)) this.restartServer();
    for (const agent of this.agents) this.#runAgent(agent);
    this.post({ kind: 'Ticked' });
  }

  /** The server dies and comes back from what the store has. */
  restartServer(): void {
    const tuningJobs = [...this.tuningJobs.values()].filter((job) => job.endedAtMs === undefined).map(clone);
    const trainingJobs = [...this.trainingJobs.values()].filter((job) => job.endedAtMs === undefined).map(clone);
    const loaded: LoadedState = {
      tuningJobs: tuningJobs.map((job) => ({
        ...job,
        asking: 0,
        inFlight: new Set(trainingJobs.filter((one) => one.tuning?.tuningJobId === job.id).map((one) => one.id)),
      })),
      trainingJobs,
      warmPools: [],
    };
    this.state = restoreState(loaded, DEFAULT_SETTINGS, this.nowMs);
    this.told.clear();
    for (const agent of this.agents) agent.connected = false;
  }

  #runAgent(agent: Agent): void {
    if (this.#strikes(this.faults.killAgent)) {
      agent.running.clear();
      if (agent.connected) this.post({ kind: 'AgentDisconnected', agentId: agent.id, epoch: String(this.#epoch) });
      agent.connected = false;
      return;
    }
    this.#expireOwnLeases(agent);
    if (!agent.connected) this.#connect(agent);
    this.#finishAttempts(agent);
    if (agent.running.size > 0 && !this.#strikes(this.faults.dropMessage)) {
      const keys = [...agent.running.values()].map((running) => running.key);
      this.post({ kind: 'LeasesRenewed', agentId: agent.id, keys, sentAtMonotonicMs: BigInt(this.nowMs) });
    }
    while (agent.running.size < agent.slots && this.#queue.length > 0) {
      const key = this.#queue.shift() as AttemptKey;
      this.post({ kind: 'ClaimRequested', agentId: agent.id, key });
    }
  }

  #connect(agent: Agent): void {
    agent.connected = true;
    this.#epoch += 1;
    this.post({
      kind: 'AgentConnected',
      agentId: agent.id,
      epoch: String(this.#epoch),
      offers: new Map([['*', agent.slots]]),
      held: [...agent.running.values()].map((running) => running.key),
      kept: [],
    });
  }

  /** An agent that cannot renew kills its programs at the TTL, before the server may lease them again. */
  #expireOwnLeases(agent: Agent): void {
    for (const [id, running] of agent.running) {
      if (this.nowMs - running.lastRenewedMs >= DEFAULT_SETTINGS.leaseTtlMs) agent.running.delete(id);
    }
  }

  #finishAttempts(agent: Agent): void {
    for (const running of [...agent.running.values()]) {
      if (this.nowMs < running.endsAtMs || this.nowMs - running.reportedAtMs < 3_000) continue;
      running.outcome ??= this.#strikes(this.faults.failAttempt)
        ? { kind: 'InternalError', reason: 'disk on fire' }
        : { kind: 'Succeeded' };
      running.reportedAtMs = this.nowMs;
      if (this.#strikes(this.faults.dropMessage)) continue;
      const finalMetrics = [{ name: 'score', value: this.#random(), timestampMs: this.nowMs }];
      const result = { key: running.key, outcome: running.outcome, finalMetrics };
      this.post({ kind: 'AttemptReported', agentId: agent.id, result });
    }
  }

  #commit(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'SaveTrainingJob') {
        const before = this.trainingJobs.get(effect.job.id);
        if (before?.endedAtMs !== undefined) throw new Error(`${effect.job.name} was written after its end`);
        if ((before?.fence ?? 0) > effect.job.fence) throw new Error(`${effect.job.name} went back to an old fence`);
      }
    }
    for (const effect of effects) {
      if (effect.kind === 'SaveTrainingJob') this.trainingJobs.set(effect.job.id, clone(effect.job));
      if (effect.kind === 'SaveTuningJob') this.tuningJobs.set(effect.job.id, clone(effect.job));
    }
  }

  #act(effect: Effect): void {
    switch (effect.kind) {
      case 'Enqueue':
        if (!this.#strikes(this.faults.loseQueueEntry)) this.#queue.push(effect.key);
        if (this.#strikes(this.faults.doubleQueueEntry)) this.#queue.push(effect.key);
        return;
      case 'Ask': {
        const { tuningJob, count } = effect;
        const suggestions = Array.from({ length: count }, (_, position) => ({
          index: tuningJob.launched + position,
          definition: 0,
          configuration: { x: (this.#suggested++ % 1000) / 1000 },
        }));
        return this.post({ kind: 'Suggested', tuningJobId: tuningJob.id, asked: { suggestions, exhausted: false } });
      }
      case 'Tell': {
        const trial = `${effect.tuningJobId}#${effect.index}`;
        this.told.set(trial, (this.told.get(trial) ?? 0) + 1);
        return;
      }
      case 'GrantLease':
        return this.#granted(effect.agentId, effect.grant.key);
      case 'AcknowledgeReport':
        this.#agent(effect.agentId).running.delete(effect.key.trainingJobId);
        return;
      case 'StopAttempt': {
        const running = this.#agent(effect.agentId).running.get(effect.key.trainingJobId);
        if (running === undefined) return;
        running.outcome ??= { kind: 'Stopped', stopReason: effect.reason };
        running.endsAtMs = this.nowMs;
        return;
      }
      case 'WelcomeAgent':
        for (const key of effect.killAttempts) this.#agent(effect.agentId).running.delete(key.trainingJobId);
        return;
      case 'ConfirmRenewal': {
        const agent = this.#agent(effect.agentId);
        for (const key of effect.lost) agent.running.delete(key.trainingJobId);
        for (const key of effect.renewed) {
          const running = agent.running.get(key.trainingJobId);
          if (running !== undefined) running.lastRenewedMs = this.nowMs;
        }
      }
    }
  }

  #granted(agentId: string, key: AttemptKey): void {
    if (this.#strikes(this.faults.dropMessage)) return;
    this.#agent(agentId).running.set(key.trainingJobId, {
      key,
      endsAtMs: this.nowMs + 1_000 + Math.floor(this.#random() * 20_000),
      lastRenewedMs: this.nowMs,
      reportedAtMs: 0,
    });
  }

  #checkInvariants(): void {
    const programs = new Map<string, number>();
    for (const agent of this.agents) {
      if (agent.running.size > agent.slots)
        throw new Error(`${agent.id} runs ${agent.running.size} on ${agent.slots} slots`);
      for (const id of agent.running.keys()) programs.set(id, (programs.get(id) ?? 0) + 1);
    }
    for (const [id, count] of programs) if (count > 1) throw new Error(`${id} runs ${count} times`);
    for (const job of this.tuningJobs.values()) {
      const { maxTrainingJobs = Number.POSITIVE_INFINITY, maxParallelTrainingJobs } = job.spec.limits;
      const rows = [...this.trainingJobs.values()].filter((row) => row.tuning?.tuningJobId === job.id);
      const live = rows.filter((row) => row.endedAtMs === undefined).length;
      this.maxRunning = Math.max(this.maxRunning, live);
      if (live > maxParallelTrainingJobs)
        throw new Error(`${job.name} holds ${live} permits of ${maxParallelTrainingJobs}`);
      if (rows.length > maxTrainingJobs) throw new Error(`${job.name} launched ${rows.length} of ${maxTrainingJobs}`);
      if (rows.length !== job.launched)
        throw new Error(`${job.name} counts ${job.launched} launches, has ${rows.length} rows`);
      const ended = job.completed + job.stopped + job.retryableErrors + job.nonRetryableErrors;
      if (ended !== rows.length - live) throw new Error(`${job.name} counts ${ended} ends, has ${rows.length - live}`);
    }
    for (const [trial, count] of this.told)
      if (count > 1) throw new Error(`the search heard of ${trial} ${count} times`);
  }

  #agent(id: string): Agent {
    return this.agents.find((agent) => agent.id === id) as Agent;
  }

  #strikes(probability: number): boolean {
    return probability > 0 && this.#random() < probability;
  }
}

function clone<T>(value: T): T {
  return structuredClone(value);
}
