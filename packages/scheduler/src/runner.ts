import type { Effect, Fact } from './effect.js';
import type { SchedulerEvent } from './event.js';
import {
  type AgentLink,
  type AttemptQueue,
  type Clock,
  LostOwnershipError,
  type Random,
  type SearchHost,
  type StateStore,
  type Timers,
} from './ports.js';
import { restoreState } from './restore-state.js';
import type { MetricBatch, SchedulerSettings, SchedulerState, TrainingJobState, TuningJobState } from './state.js';
import { step } from './step.js';
import { SYSTEM_TIMERS } from './system-timers.js';
import type { WarmPoolState } from './warm-pools/warm-pool-state.js';

export interface RunnerPorts {
  readonly store: StateStore;
  readonly queue: AttemptQueue;
  readonly search: SearchHost;
  readonly agents: AgentLink;
  readonly clock: Clock;
  /** Those of the process where undefined. */
  readonly timers?: Timers;
  readonly random: Random;
  /** Told of everything worth counting. */
  observe(fact: Fact): void;
  /** Told of trouble that the runner overcomes by itself. */
  warn(message: string, error: unknown): void;
  /** Ownership was lost: the process must start the scheduler anew. Called once. */
  onLostOwnership(error: LostOwnershipError): void;
}

const COMMIT_RETRY_MS = 500;
/** A search that fails so often in a row fails its tuning job: a lost connection or thread comes back sooner. */
const ASK_TRIES = 5;
const ASK_RETRY_MS = 1_000;
/** Far longer than a transaction takes to become visible. */
const REMEMBER_ENDED_MS = 60_000;

/**
 * Feeds events to {@link step} one at a time and carries out its effects: all saves of the events that arrived while
 * the last transaction was under way become the next transaction, then the other effects follow in order.
 */
export class SchedulerRunner {
  readonly #ports: RunnerPorts;
  readonly #timers: Timers;
  readonly #state: SchedulerState;
  #effects: Effect[] = [];
  #committing: Promise<void> | undefined;
  #stopped = false;
  /** Jobs that ended, with when to forget them: while that is not committed, their rows still say that they live. */
  readonly #ended = new Map<string, number>();
  #endTicking: (() => void) | undefined;

  private constructor(ports: RunnerPorts, state: SchedulerState) {
    this.#ports = ports;
    this.#timers = ports.timers ?? SYSTEM_TIMERS;
    this.#state = state;
  }

  /** Loads what is not over and goes on with it. */
  static async start(ports: RunnerPorts, settings: SchedulerSettings, tickEveryMs = 500): Promise<SchedulerRunner> {
    const loaded = await ports.store.load();
    const runner = new SchedulerRunner(ports, restoreState(loaded, settings, ports.clock.nowMs()));
    runner.#endTicking = runner.#timers.every(tickEveryMs, () => runner.post({ kind: 'Ticked' }));
    runner.post({ kind: 'Ticked' });
    return runner;
  }

  /** Read only: for metrics and views. */
  get state(): Readonly<SchedulerState> {
    return this.#state;
  }

  post(event: SchedulerEvent): void {
    if (this.#stopped) return;
    // Heard of twice: from whoever created it, and from the store.
    const isCreation = event.kind === 'TuningJobCreated' || event.kind === 'TrainingJobCreated';
    if (isCreation && this.knows(event.job.id)) return;
    const effects = step(this.#state, event, this.#ports.clock.nowMs(), this.#ports.random);
    this.#rememberEnded(effects);
    if (event.kind === 'Ticked') this.#forgetEnded();
    this.#effects.push(...effects);
    this.#flush();
  }

  /** True when the scheduler has, or lately had, this job: its row in the store may be older than what is known here. */
  knows(jobId: string): boolean {
    return this.#state.tuningJobs.has(jobId) || this.#state.trainingJobs.has(jobId) || this.#ended.has(jobId);
  }

  #forgetEnded(): void {
    const nowMs = this.#ports.clock.nowMs();
    for (const [id, forgetAtMs] of this.#ended) if (nowMs >= forgetAtMs) this.#ended.delete(id);
  }

  #rememberEnded(effects: readonly Effect[]): void {
    for (const effect of effects) {
      const isSave = effect.kind === 'SaveTuningJob' || effect.kind === 'SaveTrainingJob';
      if (isSave && effect.job.endedAtMs !== undefined) this.#ended.set(effect.job.id, Number.POSITIVE_INFINITY);
    }
  }

  /** Takes no more events and finishes the transaction under way. */
  async stop(): Promise<void> {
    this.#halt();
    await this.#committing;
  }

  #halt(): void {
    this.#endTicking?.();
    this.#stopped = true;
  }

  #flush(): void {
    if (this.#committing !== undefined || this.#effects.length === 0) return;
    this.#committing = this.#drain().finally(() => {
      this.#committing = undefined;
    });
  }

  async #drain(): Promise<void> {
    // One turn of the event loop lets what arrived together be committed together.
    await this.#timers.pause(0);
    while (this.#effects.length > 0) {
      const effects = this.#effects;
      this.#effects = [];
      const outcome = await this.#commit(effects);
      if (outcome === 'lost') return;
      if (outcome === 'committed') this.#act(effects);
      // Rows are written as they are now, so what was decided meanwhile must be part of the next try.
      else this.#effects = [...effects, ...this.#effects];
    }
  }

  async #commit(effects: readonly Effect[]): Promise<'committed' | 'failed' | 'lost'> {
    const changes = changesOf(effects);
    if (changes === undefined) return 'committed';
    // What ended before this moment is part of the rows being written; what ends later is not.
    const written = changes.trainingJobs.map((job) => [job, job.endedAttempts.length] as const);
    try {
      await this.#ports.store.commit(changes);
      for (const [job, count] of written) job.endedAttempts.splice(0, count);
      const forgetAtMs = this.#ports.clock.nowMs() + REMEMBER_ENDED_MS;
      for (const { id } of [...changes.trainingJobs, ...changes.tuningJobs]) {
        if (this.#ended.has(id)) this.#ended.set(id, forgetAtMs);
      }
      return 'committed';
    } catch (error) {
      if (error instanceof LostOwnershipError) {
        this.#halt();
        this.#ports.onLostOwnership(error);
        return 'lost';
      }
      this.#ports.warn('The scheduler could not commit; it tries again.', error);
      if (this.#stopped) return 'lost';
      await this.#timers.pause(COMMIT_RETRY_MS);
      return 'failed';
    }
  }

  #act(effects: readonly Effect[]): void {
    const entries = effects.filter((effect) => effect.kind === 'Enqueue');
    for (const effect of effects) this.#actOn(effect);
    if (entries.length === 0) return;
    // Nobody waits for it: a queue that hangs must not hold up leases and welcomes.
    this.#ports.queue.enqueue(entries).catch((error: unknown) => {
      this.#ports.warn('Attempts could not be put on their queues; the next pass puts them there.', error);
    });
  }

  #actOn(effect: Effect): void {
    const { agents, search } = this.#ports;
    switch (effect.kind) {
      case 'SaveTuningJob':
      case 'SaveTrainingJob':
      case 'SaveMetrics':
      case 'SaveWarmPool':
      case 'Enqueue':
        return;
      case 'Ask':
        return void this.#ask(effect.tuningJob, effect.count);
      case 'Tell':
        return search.tell(effect.tuningJobId, effect.index, effect.outcome);
      case 'CloseSearch':
        return search.close(effect.tuningJobId);
      case 'WelcomeAgent':
        return agents.welcome(effect.agentId, effect.killAttempts, effect.keptSlots);
      case 'KeepSlots':
        return agents.keepSlots(effect.agentId, effect.slots);
      case 'OfferSlot':
        return agents.offerSlot(effect.agentId, effect.key, effect.instanceClass, effect.keptAfter);
      case 'GrantLease':
        return agents.grant(effect.agentId, effect.grant);
      case 'RefuseClaim':
        return agents.refuse(effect.agentId, effect.key, effect.reason);
      case 'AcknowledgeReport':
        return agents.acknowledge(effect.agentId, effect.key, effect.accepted);
      case 'StopAttempt':
        return agents.stop(effect.agentId, effect.key, effect.reason);
      case 'ConfirmRenewal':
        return agents.renewed(effect.agentId, effect);
      case 'AnnounceDemand':
        return agents.demand(effect.instanceClasses);
      case 'Observe':
        return this.#ports.observe(effect.fact);
    }
  }

  async #ask(tuningJob: TuningJobState, count: number, triesLeft = ASK_TRIES): Promise<void> {
    const tuningJobId = tuningJob.id;
    try {
      const { convergence, ...asked } = await this.#ports.search.ask(tuningJob, count);
      this.post({ kind: 'Suggested', tuningJobId, asked, convergence });
    } catch (error) {
      this.#ports.warn(`The search of tuning job "${tuningJob.name}" failed.`, error);
      if (triesLeft > 1 && !this.#stopped) {
        await this.#timers.pause(ASK_RETRY_MS);
        return this.#ask(tuningJob, count, triesLeft - 1);
      }
      const reason = error instanceof Error ? error.message : String(error);
      this.post({ kind: 'SuggestionFailed', tuningJobId, reason });
    }
  }
}

function changesOf(effects: readonly Effect[]) {
  const tuningJobs = new Set<TuningJobState>();
  const trainingJobs = new Set<TrainingJobState>();
  const metrics: MetricBatch[] = [];
  const warmPools = new Map<string, WarmPoolState>();
  for (const effect of effects) {
    if (effect.kind === 'SaveTuningJob') tuningJobs.add(effect.job);
    else if (effect.kind === 'SaveTrainingJob') trainingJobs.add(effect.job);
    else if (effect.kind === 'SaveMetrics') metrics.push(effect.batch);
    else if (effect.kind === 'SaveWarmPool') warmPools.set(effect.pool.trainingJobId, effect.pool);
  }
  if (tuningJobs.size + trainingJobs.size + metrics.length + warmPools.size === 0) return undefined;
  return {
    tuningJobs: [...tuningJobs],
    trainingJobs: [...trainingJobs],
    metrics,
    warmPools: [...warmPools.values()],
  };
}
