import type { AttemptKey } from '@fleetune/domain';
import { newTrainingJobProgress } from '../new-training-job.js';
import type { TrainingJobState, TuningJobState } from '../state.js';
import { DEFAULT_SETTINGS, type SchedulerSettings } from '../state.js';
import { newTuningJobProgress } from '../tuning/tuning-loop.js';
import { AgentStream } from './agent-stream.js';
import { Chance } from './chance.js';
import { ActiveFaults, type Fault } from './faults.js';
import { Invariants } from './invariants.js';
import type { Plan, PlannedJob, PlannedTrainingJob, PlannedTuningJob } from './plan.js';
import { QueueModel } from './queue-model.js';
import { SearchModel } from './search-model.js';
import { ServerModel } from './server-model.js';
import { StoreModel } from './store-model.js';
import { Timeline } from './timeline.js';
import { VirtualAgent } from './virtual-agent.js';
import type { ProgramPlan } from './virtual-program.js';

const START_MS = 1_700_000_000_000;

/** A tenant with a quota, so that quotas are part of every run. */
const TENANTS = new Map([
  ['ann', { weight: 2 }],
  ['cy', { weight: 1, maxInstances: 3 }],
]);

/** A plan brought to life: one server, its store and queue, its agents, its users, and what goes wrong. */
export class World {
  readonly timeline = new Timeline(START_MS);
  readonly store = new StoreModel();
  readonly faults = new ActiveFaults();
  readonly agents: readonly VirtualAgent[];
  readonly server: ServerModel;
  readonly invariants: Invariants;
  readonly warnings = new Map<string, number>();
  readonly #plan: Plan;
  readonly #trace: (what: string) => void;
  readonly #chance: Chance;
  readonly #queue: QueueModel;
  readonly #ids = new Map<number, string>();

  constructor(plan: Plan, trace: (what: string) => void = () => {}) {
    this.#plan = plan;
    this.#trace = (what) => trace(`${(this.elapsedMs / 1000).toFixed(3)} ${what}`);
    this.#chance = new Chance(plan.seed).stream('world');
    const { timeline, store, faults } = this;
    const settings: SchedulerSettings = {
      ...DEFAULT_SETTINGS,
      tenants: TENANTS,
      entryPatienceMs: plan.entryPatienceMs,
    };
    this.#queue = new QueueModel(timeline, this.#chance.stream('queue'), faults, () => this.#offerWork());
    this.agents = plan.agents.map((planned) => this.#makeAgent(planned, settings));
    this.invariants = new Invariants({
      settings,
      store,
      agents: this.agents,
      nowMs: () => timeline.nowMs,
      state: () => this.server.state,
      steps: () => this.server.steps,
      calmAtMs: this.calmAtMs,
      isStubborn: (id) => (this.#planned(id)?.trainings.stubborn ?? 0) > 0,
    });
    this.server = new ServerModel({
      timeline,
      chance: this.#chance.stream('server'),
      faults,
      store,
      queue: this.#queue,
      settings,
      invariants: this.invariants,
      agentOf: (id) => this.agents.find((agent) => agent.id === id),
      openSearch: () =>
        new SearchModel({
          timeline,
          chance: this.#chance.stream(`search ${store.ownerFence}`),
          faults,
          store,
          planned: (id) => this.#plannedTuning(id),
          invariants: this.invariants,
        }),
      trace: this.#trace,
      onWarning: (message) => this.warnings.set(message, (this.warnings.get(message) ?? 0) + 1),
    });
    this.server.start();
    for (const agent of this.agents) timeline.after(this.#chance.between(0, 5_000), () => agent.boot());
    for (const [index, job] of plan.jobs.entries()) timeline.at(START_MS + job.atMs, () => this.#submit(job, index));
    for (const fault of plan.faults) timeline.at(START_MS + fault.atMs, () => this.#begin(fault));
  }

  get calmAtMs(): number {
    return START_MS + this.#plan.calmAtMs;
  }

  get elapsedMs(): number {
    return this.timeline.nowMs - START_MS;
  }

  /** Everything that was asked for is over. */
  get isOver(): boolean {
    if (this.#ids.size < this.#plan.jobs.length) return false;
    const live = (row: { readonly endedAtMs?: number }) => row.endedAtMs === undefined;
    return ![...this.store.tuningJobs.values()].some(live) && ![...this.store.trainingJobs.values()].some(live);
  }

  #makeAgent(planned: Plan['agents'][number], settings: SchedulerSettings): VirtualAgent {
    const { timeline, faults } = this;
    const chance = this.#chance.stream(planned.id);
    const network = chance.stream('network');
    const healsAtMs = (fault: { atMs: number; forMs: number }) => START_MS + fault.atMs + fault.forMs;
    return new VirtualAgent(planned, {
      timeline,
      chance,
      queue: this.#queue,
      leaseTtlMs: settings.leaseTtlMs,
      isBroken: () => faults.ofAgent('agent broken', planned.id).length > 0,
      programOf: (grant) => this.#programOf(grant.key, grant.spec.stopping.maxRuntimeSeconds),
      openStream: (agent) =>
        this.server.openStream(
          agent.id,
          (epoch) => new AgentStream(agent.id, epoch, { timeline, chance: network, faults, healsAtMs }),
        ),
      sayHello: (stream, held, kept) => {
        const offers = new Map(Object.entries(planned.offers));
        stream.send('up', () => this.server.hello(stream, offers, held, kept), false);
      },
      send: (stream, event) => stream.send('up', () => this.server.post(event), event.kind !== 'AgentDraining'),
      closeStream: (stream) => stream.closeAtAgent(() => this.server.streamEnded(stream)),
      onProgramStarted: (agent, grant, instanceClass) => this.invariants.programStarted(agent, grant, instanceClass),
    });
  }

  #offerWork(): void {
    const first = Math.floor(this.#chance.next() * this.agents.length);
    for (let index = 0; index < this.agents.length; index += 1) {
      this.agents[(first + index) % this.agents.length]?.lookForWork();
    }
  }

  #submit(planned: PlannedJob, index: number): void {
    const nowMs = this.timeline.nowMs;
    const id = `${planned.kind}-${index}`;
    this.#ids.set(index, id);
    const base = { id, tenant: planned.tenant, name: planned.name, createdAtMs: nowMs };
    if (planned.kind === 'tuning') {
      const { spec } = planned;
      const job: TuningJobState = { ...base, spec, ...newTuningJobProgress(spec, nowMs) };
      this.store.insertTuningJob(job);
      this.#hear(() => this.server.post({ kind: 'TuningJobCreated', job }));
    } else {
      const job: TrainingJobState = { ...base, spec: planned.spec, ...newTrainingJobProgress(nowMs) };
      this.store.insertTrainingJob(job);
      this.#hear(() => this.server.post({ kind: 'TrainingJobCreated', job }));
    }
  }

  /** The server that took the request in tells the one that schedules, if it can. */
  #hear(post: () => void): void {
    if (this.faults.of('requests unheard').length === 0) post();
  }

  #begin(fault: Fault): void {
    this.#trace(`! ${JSON.stringify(fault)}`);
    const endAt = () => this.timeline.after(fault.forMs, () => this.faults.end(fault));
    switch (fault.kind) {
      case 'agent killed':
        return this.#takeDown(fault.agent, fault.forMs);
      case 'agent frozen': {
        const agent = this.#agent(fault.agent);
        agent?.freeze();
        this.timeline.after(fault.forMs, () => agent?.thaw());
        return;
      }
      case 'agent drained':
        this.#agent(fault.agent)?.drain();
        this.timeline.after(20_000, () => this.#takeDown(fault.agent, fault.forMs));
        return;
      case 'class lost':
        return this.#loseClass(fault.instanceClass, fault.forMs);
      case 'stream cut':
        return this.#agent(fault.agent)?.cutOff();
      case 'queue wiped':
        return this.#queue.wipe();
      case 'ownership lost':
        return this.server.loseOwnership();
      case 'server killed':
        return this.server.kill(fault.forMs);
      case 'user stops job':
        return this.#stopJob(this.#ids.get(fault.job));
      case 'user stops some training job':
        return this.#stopSomeTrainingJob();
      case 'user changes a warm pool':
        return this.#changeWarmPool(fault.toSeconds);
      default:
        this.faults.begin(fault);
        endAt();
    }
  }

  #agent(id: string): VirtualAgent | undefined {
    return this.agents.find((agent) => agent.id === id);
  }

  #takeDown(id: string, downMs: number): void {
    const agent = this.#agent(id);
    if (agent === undefined || agent.state === 'down') return;
    agent.kill();
    this.timeline.after(downMs, () => agent.boot());
  }

  #loseClass(instanceClass: string, downMs: number): void {
    for (const agent of this.agents) {
      if (agent.planned.offers[instanceClass] === undefined || this.#chance.strikes(0.2)) continue;
      this.timeline.after(this.#chance.between(0, 5_000), () => this.#takeDown(agent.id, downMs));
    }
  }

  #stopJob(id: string | undefined): void {
    if (id === undefined) return;
    const tuning = this.store.tuningJobs.get(id);
    const training = this.store.trainingJobs.get(id);
    const row = tuning ?? training;
    if (row === undefined || row.endedAtMs !== undefined) return;
    row.stopRequestedAtMs ??= this.timeline.nowMs;
    this.#hear(() => {
      if (tuning === undefined) this.server.post({ kind: 'TrainingJobStopRequested', trainingJobId: id });
      else this.server.post({ kind: 'TuningJobStopRequested', tuningJobId: id });
    });
  }

  #stopSomeTrainingJob(): void {
    const live = [...this.store.trainingJobs.values()].filter((row) => row.endedAtMs === undefined);
    if (live.length > 0) this.#stopJob(this.#chance.pick(live).id);
  }

  #changeWarmPool(keepAliveSeconds: number): void {
    const waiting = [...this.store.warmPools.values()].filter(({ status }) => status === 'Available');
    if (waiting.length === 0) return;
    const row = this.#chance.pick(waiting);
    row.wantedKeepAliveSeconds = keepAliveSeconds;
    const { trainingJobId } = row;
    this.#hear(() => this.server.post({ kind: 'KeepAliveChanged', trainingJobId, keepAliveSeconds }));
  }

  #plannedTuning(id: string): PlannedTuningJob | undefined {
    const planned = this.#planned(id);
    return planned?.kind === 'tuning' ? planned : undefined;
  }

  #planned(id: string): PlannedTuningJob | PlannedTrainingJob | undefined {
    return this.#plan.jobs[Number(id.split('-')[1])];
  }

  #programOf({ trainingJobId, fence }: AttemptKey, maxRuntimeSeconds: number): ProgramPlan {
    const row = this.store.trainingJobs.get(trainingJobId);
    const planned = this.#planned(row?.tuning?.tuningJobId ?? trainingJobId);
    if (planned === undefined) throw new RangeError(`No job was planned for ${trainingJobId}.`);
    const name = `${planned.name} ${row?.tuning?.index ?? 0}`;
    return { trainings: planned.trainings, name, attempt: fence, maxRuntimeMs: maxRuntimeSeconds * 1000 };
  }
}
