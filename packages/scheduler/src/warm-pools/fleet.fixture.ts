import type { AttemptKey, AttemptOutcome, TrainingJobSpec } from '@fleetune/domain';
import type { Effect } from '../effect.js';
import type { SchedulerEvent } from '../event.js';
import { newTrainingJobProgress } from '../new-training-job.js';
import { restoreState } from '../restore-state.js';
import { TRAINING_SPEC } from '../simulated-fleet.fixture.js';
import { DEFAULT_SETTINGS, type SchedulerSettings, type TrainingJobState } from '../state.js';
import { step } from '../step.js';

const START_MS = 1_000_000;
/** What a training job asks for that leaves its slot. */
export const KEPT = { keepAliveSeconds: 60 };

/** A scheduler whose agents do what the test says. */
export class Fleet {
  nowMs = START_MS;
  state;
  effects: Effect[] = [];
  readonly #settings: SchedulerSettings;
  #random = 0.5;
  #jobs = 0;

  constructor(settings: Partial<SchedulerSettings> = {}) {
    this.#settings = { ...DEFAULT_SETTINGS, ...settings };
    this.state = restoreState({ tuningJobs: [], trainingJobs: [], warmPools: [] }, this.#settings, START_MS);
  }

  post(event: SchedulerEvent): void {
    this.effects.push(
      ...step(this.state, event, this.nowMs, () => {
        this.#random = (this.#random * 1103 + 0.377) % 1;
        return this.#random;
      }),
    );
  }

  pass(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      this.nowMs += 1_000;
      for (const agent of this.state.agents.values()) {
        const keys = [...agent.leases.keys()].map((id) => keyOf(this.state.trainingJobs.get(id)));
        this.post({ kind: 'LeasesRenewed', agentId: agent.id, keys, sentAtMonotonicMs: 0n });
      }
      this.post({ kind: 'Ticked' });
    }
  }

  connect(agentId: string, offers: Readonly<Record<string, number>> = { small: 1 }, kept: AttemptKey[] = []): void {
    const epoch = `${agentId} at ${this.nowMs}`;
    this.post({ kind: 'AgentConnected', agentId, epoch, offers: new Map(Object.entries(offers)), held: [], kept });
  }

  disconnect(agentId: string): void {
    const epoch = this.state.agents.get(agentId)?.epoch ?? '';
    this.post({ kind: 'AgentDisconnected', agentId, epoch });
  }

  submit(change: Partial<TrainingJobSpec> = {}, tenant = 'ann'): TrainingJobState {
    this.#jobs += 1;
    const id = `job-${this.#jobs}`;
    const spec = { ...TRAINING_SPEC, ...change };
    const progress = newTrainingJobProgress(this.nowMs);
    const job: TrainingJobState = { id, tenant, name: id, spec, createdAtMs: this.nowMs, ...progress };
    this.post({ kind: 'TrainingJobCreated', job });
    return job;
  }

  claim(agentId: string, job: TrainingJobState, keptAfter?: AttemptKey): void {
    this.post({ kind: 'ClaimRequested', agentId, key: keyOf(job), keptAfter });
  }

  end(job: TrainingJobState, outcome: AttemptOutcome = { kind: 'Succeeded' }): void {
    const finalMetrics = [{ name: 'score', value: 1, timestampMs: this.nowMs }];
    this.post({
      kind: 'AttemptReported',
      agentId: job.attempt?.agentId ?? '',
      result: { key: keyOf(job), outcome, finalMetrics },
    });
  }

  /** A training job that has come and gone, and left its slot. */
  left(change: Partial<TrainingJobSpec> = {}, agentId = 'a', tenant = 'ann'): TrainingJobState {
    const job = this.submit({ ...KEPT, ...change }, tenant);
    this.claim(agentId, job);
    this.end(job);
    return job;
  }

  /** The server dies, and another one goes on from what was saved. */
  restart(...jobs: TrainingJobState[]): void {
    const warmPools = [...this.state.warmPools.values()].map((pool) => ({ ...pool, reservedFor: undefined }));
    const trainingJobs = jobs.filter((job) => job.endedAtMs === undefined);
    for (const { attempt } of trainingJobs) if (attempt) attempt.warmPoolOf = undefined;
    this.state = restoreState({ tuningJobs: [], trainingJobs, warmPools }, this.#settings, this.nowMs);
  }

  said<K extends Effect['kind']>(kind: K): Extract<Effect, { kind: K }>[] {
    return this.effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
  }

  facts(kind: string) {
    return this.said('Observe').flatMap(({ fact }) => (fact.kind === kind ? [fact] : []));
  }
}

export function keyOf(job: TrainingJobState | undefined): AttemptKey {
  return { trainingJobId: job?.id ?? '', fence: job?.fence ?? 0 };
}
