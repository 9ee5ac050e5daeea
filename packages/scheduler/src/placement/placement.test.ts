import { describe, expect, it } from 'vitest';
import type { Effect } from '../effect.js';
import type { SchedulerEvent } from '../event.js';
import { newTrainingJobProgress } from '../new-training-job.js';
import { restoreState } from '../restore-state.js';
import { TRAINING_SPEC } from '../simulated-fleet.fixture.js';
import { DEFAULT_SETTINGS, type SchedulerSettings, type TrainingJobState } from '../state.js';
import { step } from '../step.js';

const START_MS = 1_000_000;

/** A scheduler whose agents do what the test says. */
class Fleet {
  nowMs = START_MS;
  readonly effects: Effect[] = [];
  readonly state;
  #jobs = 0;

  constructor(settings: Partial<SchedulerSettings> = {}) {
    this.state = restoreState(
      { tuningJobs: [], trainingJobs: [], warmPools: [] },
      { ...DEFAULT_SETTINGS, ...settings },
      START_MS,
    );
  }

  post(event: SchedulerEvent): void {
    this.effects.push(...step(this.state, event, this.nowMs, () => 0.5));
  }

  pass(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      this.nowMs += 1_000;
      for (const agent of this.state.agents.values()) {
        const keys = [...agent.leases.keys()].map((id) => keyOf(this.state.trainingJobs.get(id) as TrainingJobState));
        this.post({ kind: 'LeasesRenewed', agentId: agent.id, keys, sentAtMonotonicMs: 0n });
      }
      this.post({ kind: 'Ticked' });
    }
  }

  connect(agentId: string, offers: Readonly<Record<string, number>>): void {
    this.post({
      kind: 'AgentConnected',
      agentId,
      epoch: agentId,
      offers: new Map(Object.entries(offers)),
      held: [],
      kept: [],
    });
  }

  submit(instanceTypes: readonly string[], more: { tenant?: string; priority?: number } = {}): TrainingJobState {
    this.#jobs += 1;
    const id = `job-${this.#jobs}`;
    const instances = instanceTypes.map((instanceType) => ({ instanceType, instanceCount: 1, volumeSizeGib: 1 }));
    const job: TrainingJobState = {
      id,
      tenant: more.tenant ?? 'default',
      name: id,
      spec: { ...TRAINING_SPEC, instances, priority: more.priority },
      createdAtMs: this.nowMs,
      ...newTrainingJobProgress(this.nowMs),
    };
    this.post({ kind: 'TrainingJobCreated', job });
    return job;
  }

  claim(agentId: string, job: TrainingJobState): void {
    this.post({ kind: 'ClaimRequested', agentId, key: keyOf(job) });
  }

  finish(job: TrainingJobState, outcome: 'Succeeded' | 'InternalError' = 'Succeeded'): void {
    const agentId = job.attempt?.agentId ?? '';
    const how = outcome === 'Succeeded' ? { kind: outcome } : { kind: outcome, reason: 'the disk is full' };
    this.post({ kind: 'AttemptReported', agentId, result: { key: keyOf(job), outcome: how, finalMetrics: [] } });
  }
}

function keyOf(job: TrainingJobState) {
  return { trainingJobId: job.id, fence: job.fence };
}

describe('a fallback list', () => {
  it('is served by its first entry while that has a free slot', () => {
    const fleet = new Fleet();
    fleet.connect('a', { large: 1 });
    fleet.connect('b', { small: 1 });
    const job = fleet.submit(['large', 'small']);
    expect(job.attempt).toMatchObject({ instanceClass: 'large', placement: { instanceIndex: 0, passedOver: [] } });
  });

  it('goes on to the second entry at once when all slots of the first are busy, and keeps why', () => {
    const fleet = new Fleet();
    fleet.connect('a', { large: 1 });
    fleet.connect('b', { small: 1 });
    fleet.claim('a', fleet.submit(['large']));
    const job = fleet.submit(['large', 'small']);
    expect(job.attempt?.placement).toEqual({
      instanceIndex: 1,
      passedOver: [{ instanceType: 'large', reason: 'no free slot' }],
      waitedMs: 0,
    });
    fleet.claim('b', job);
    fleet.post({ kind: 'PhaseChanged', agentId: 'b', key: keyOf(job), phase: 'Starting', message: '' });
    expect(job.transitions.at(-1)?.statusMessage).toBe(
      'Preparing the instance for training on small, entry 2 of 2: large has no free slot',
    );
    const fact = { kind: 'FellBack', from: 'large', to: 'small', reason: 'no free slot' };
    expect(fleet.effects).toContainEqual({ kind: 'Observe', fact });
  });

  it('waits for each entry as long as the setting says, and tries the first again meanwhile', () => {
    const fleet = new Fleet({ entryPatienceMs: 20_000 });
    fleet.connect('a', { large: 1 });
    fleet.connect('b', { small: 1 });
    const running = fleet.submit(['large']);
    fleet.claim('a', running);
    const patient = fleet.submit(['large', 'small']);
    fleet.pass(19);
    expect(patient.attempt).toBeUndefined();
    fleet.pass(2);
    expect(patient.attempt).toMatchObject({ instanceClass: 'small', placement: { waitedMs: 20_000 } });
    const lucky = fleet.submit(['large', 'small']);
    fleet.finish(running);
    expect(lucky.attempt).toMatchObject({ instanceClass: 'large' });
  });

  it('passes over a class that takes attempts and never starts them, for a while, and then tries it again', () => {
    const fleet = new Fleet();
    fleet.connect('a', { large: 1 });
    fleet.connect('b', { small: 9 });
    for (let failure = 0; failure < 3; failure += 1) {
      const job = fleet.submit(['large']);
      fleet.claim('a', job);
      fleet.finish(job, 'InternalError');
      fleet.post({ kind: 'TrainingJobStopRequested', trainingJobId: job.id });
    }
    const wary = fleet.submit(['large', 'small']);
    expect(wary.attempt?.placement?.passedOver).toEqual([{ instanceType: 'large', reason: 'failed to start' }]);
    expect(fleet.submit(['large']).attempt).toMatchObject({ instanceClass: 'large' });
    fleet.pass(70);
    const later = fleet.submit(['small']);
    expect(later.attempt?.instanceClass).toBe('small');
    expect(fleet.state.breakers.isOpen('large', fleet.nowMs)).toBe(false);
  });

  it('takes an attempt that nobody claims to a class with room, with a new fence: the late claim is refused', () => {
    const fleet = new Fleet();
    fleet.connect('a', { large: 1 });
    const job = fleet.submit(['large', 'small']);
    const late = keyOf(job);
    expect(job.attempt?.instanceClass).toBe('large');
    fleet.connect('b', { small: 1 });
    fleet.pass(3);
    expect(job).toMatchObject({ fence: 2, interruptions: 0, attempt: { instanceClass: 'small' } });
    expect(job.attempt?.placement?.passedOver).toEqual([{ instanceType: 'large', reason: 'not claimed' }]);
    fleet.post({ kind: 'ClaimRequested', agentId: 'a', key: late });
    expect(fleet.effects.at(-2)).toMatchObject({ kind: 'RefuseClaim', key: late });
  });
});

describe('without any agent that offers what is asked for', () => {
  it('a training job waits, and says for what', () => {
    const fleet = new Fleet();
    fleet.connect('a', { small: 1 });
    const job = fleet.submit(['ml.p3.2xlarge', 'ml.p4d.24xlarge']);
    fleet.pass(25);
    expect(job.transitions.at(-1)).toMatchObject({
      status: 'Starting',
      statusMessage: 'InsufficientCapacity: no agent offers ml.p3.2xlarge, ml.p4d.24xlarge; waiting',
    });
    fleet.connect('b', { 'ml.p4d.24xlarge': 1 });
    expect(job.attempt).toMatchObject({ instanceClass: 'ml.p4d.24xlarge' });
  });

  it('it fails with the reason of each entry where the settings say so, after agents had time to come', () => {
    const fleet = new Fleet({ whenNotOffered: 'fail', offerPatienceMs: 30_000 });
    fleet.connect('a', { small: 1 });
    const job = fleet.submit(['ml.p3.2xlarge', 'ml.p4d.24xlarge']);
    fleet.pass(29);
    expect(job.status).toBe('InProgress');
    fleet.pass(3);
    expect(job).toMatchObject({ status: 'Failed', secondaryStatus: 'Failed' });
    expect(job.failureReason).toBe(
      'CapacityError: The fleet cannot serve any instance type asked for. ml.p3.2xlarge: no agent has offered it in the last 30 s; ml.p4d.24xlarge: no agent has offered it in the last 30 s.',
    );
  });

  it('it does not fail while an agent that offered it is away for less than the patience', () => {
    const fleet = new Fleet({ whenNotOffered: 'fail', offerPatienceMs: 30_000 });
    fleet.connect('a', { large: 1 });
    const job = fleet.submit(['large']);
    fleet.claim('a', job);
    fleet.pass(60);
    fleet.post({ kind: 'AgentDisconnected', agentId: 'a', epoch: 'a' });
    const next = fleet.submit(['large']);
    fleet.pass(25);
    expect(next.status).toBe('InProgress');
  });
});

describe('the backlog', () => {
  it('stays in the store: no more is queued than slots are free, and one', () => {
    const fleet = new Fleet();
    fleet.connect('a', { small: 3 });
    const jobs = Array.from({ length: 10 }, () => fleet.submit(['small']));
    expect(jobs.filter((job) => job.attempt !== undefined)).toHaveLength(3);
    for (const job of jobs.slice(0, 3)) fleet.claim('a', job);
    expect(jobs.filter((job) => job.attempt !== undefined)).toHaveLength(4);
  });

  it('lets as many queue ahead as ended lately, so that quick programs never wait for the scheduler', () => {
    const fleet = new Fleet();
    fleet.connect('a', { small: 4 });
    const jobs = Array.from({ length: 20 }, () => fleet.submit(['small']));
    for (const job of jobs.slice(0, 4)) fleet.claim('a', job);
    for (const job of jobs.slice(0, 4)) fleet.finish(job);
    for (const job of jobs.slice(4, 8)) fleet.claim('a', job);
    expect(jobs.filter((job) => job.attempt?.state === 'Queued')).toHaveLength(4);
  });

  it('runs higher priorities first, and one that waits long before them', () => {
    const fleet = new Fleet({ agingStepMs: 10_000 });
    fleet.connect('a', { small: 1 });
    const running = fleet.submit(['small']);
    fleet.claim('a', running);
    fleet.submit(['small']);
    const low = fleet.submit(['small'], { priority: 0 });
    fleet.pass(1);
    const high = fleet.submit(['small'], { priority: 1 });
    const queued = fleet.state.trainingJobs.get('job-2') as TrainingJobState;
    fleet.claim('a', queued);
    fleet.finish(running);
    fleet.claim('a', queued);
    expect([low.attempt, high.attempt?.state]).toEqual([undefined, 'Queued']);
    fleet.pass(25);
    const late = fleet.submit(['small'], { priority: 1 });
    fleet.finish(queued);
    fleet.claim('a', high);
    expect([low.attempt?.state, late.attempt]).toEqual(['Queued', undefined]);
  });

  it('holds back a tenant whose quota is used, and says so', () => {
    const fleet = new Fleet({ tenants: new Map([['ann', { weight: 1, maxInstances: 2 }]]) });
    fleet.connect('a', { small: 8 });
    const jobs = Array.from({ length: 4 }, () => fleet.submit(['small'], { tenant: 'ann' }));
    expect(jobs.filter((job) => job.attempt !== undefined)).toHaveLength(2);
    expect(fleet.submit(['small'], { tenant: 'bob' }).attempt).toBeDefined();
    fleet.pass(25);
    expect(jobs[3]?.transitions.at(-1)?.statusMessage).toBe(
      "Waiting: the 2 instances of the tenant's quota are in use",
    );
  });
});

describe('between tenants', () => {
  /** Slot seconds that each tenant got while all had more to do than the fleet. */
  function serve(
    weights: Readonly<Record<string, number>>,
    secondsOf: Readonly<Record<string, number>>,
    slots: number,
  ) {
    const fleet = new Fleet({ tenants: new Map(Object.entries(weights).map(([name, weight]) => [name, { weight }])) });
    fleet.connect('a', { small: slots });
    const served = new Map(Object.keys(weights).map((name) => [name, 0]));
    const queue: string[] = [];
    const ends = new Map<TrainingJobState, number>();
    const claimAll = () => {
      for (const effect of fleet.effects.splice(0)) if (effect.kind === 'Enqueue') queue.push(effect.key.trainingJobId);
      while (ends.size < slots && queue.length > 0) {
        const job = fleet.state.trainingJobs.get(queue.shift() ?? '');
        if (job?.attempt?.state !== 'Queued') continue;
        fleet.claim('a', job);
        ends.set(job, fleet.nowMs + (secondsOf[job.tenant] ?? 1) * 1_000);
      }
    };
    for (let second = 0; second < 2_000; second += 1) {
      for (const tenant of Object.keys(weights)) {
        const waiting = [...fleet.state.trainingJobs.values()].filter((job) => job.tenant === tenant);
        if (waiting.length < slots * 3) for (let job = 0; job < slots; job += 1) fleet.submit(['small'], { tenant });
      }
      claimAll();
      for (const job of ends.keys()) served.set(job.tenant, (served.get(job.tenant) ?? 0) + 1);
      fleet.pass(1);
      for (const [job, endsAtMs] of ends) {
        if (fleet.nowMs < endsAtMs) continue;
        ends.delete(job);
        fleet.finish(job);
      }
    }
    const all = [...served.values()].reduce((sum, seconds) => sum + seconds, 0);
    return new Map([...served].map(([name, seconds]) => [name, seconds / all]));
  }

  it('slot time follows the weights, whatever the length of their programs', () => {
    const parts = serve({ ann: 1, bob: 2, cy: 1 }, { ann: 30, bob: 10, cy: 5 }, 4);
    expect(parts.get('ann')).toBeGreaterThan(0.225);
    expect(parts.get('ann')).toBeLessThan(0.275);
    expect(parts.get('bob')).toBeGreaterThan(0.45);
    expect(parts.get('bob')).toBeLessThan(0.55);
  });

  it('slot time follows the weights on a single slot', () => {
    const parts = serve({ ann: 1, bob: 3 }, { ann: 10, bob: 10 }, 1);
    expect(parts.get('bob')).toBeGreaterThan(0.675);
    expect(parts.get('bob')).toBeLessThan(0.825);
  });

  it('who comes late is not behind a flood, and not ahead of it for what was before', () => {
    const fleet = new Fleet();
    fleet.connect('a', { small: 2 });
    const flood = Array.from({ length: 50 }, () => fleet.submit(['small'], { tenant: 'ann' }));
    fleet.claim('a', flood[0] as TrainingJobState);
    fleet.claim('a', flood[1] as TrainingJobState);
    fleet.pass(3_000);
    const late = [0, 1, 2, 3].map(() => fleet.submit(['small'], { tenant: 'bob' }));
    fleet.finish(flood[0] as TrainingJobState);
    fleet.claim('a', flood[2] as TrainingJobState);
    expect(late[0]?.attempt?.state).toBe('Queued');
    fleet.claim('a', late[0] as TrainingJobState);
    fleet.finish(flood[1] as TrainingJobState);
    expect(late.filter((job) => job.attempt !== undefined).length).toBeLessThanOrEqual(2);
  });
});
