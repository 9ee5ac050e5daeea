import type { TrainingJobSpec } from '@fleetune/domain';
import { describe, expect, it } from 'vitest';
import type { Effect } from './effect.js';
import type { SchedulerEvent } from './event.js';
import { newTrainingJobProgress } from './new-training-job.js';
import { restoreState } from './restore-state.js';
import { TRAINING_SPEC } from './simulated-fleet.fixture.js';
import { DEFAULT_SETTINGS, type SchedulerSettings, type TrainingJobState } from './state.js';
import { step } from './step.js';

const START_MS = 1_000_000;
const NOTICE = { kind: 'Interrupted', reason: 'The cloud wants it back.' } as const;
const SPOT: Partial<TrainingJobSpec> = { spot: true, stopping: { maxRuntimeSeconds: 600, maxWaitSeconds: 1000 } };

/** A scheduler, and agents that claim what is put on the queues they listen on. */
class Fleet {
  nowMs = START_MS;
  readonly state;
  readonly effects: Effect[] = [];
  readonly #offers = new Map<string, readonly string[]>();

  /** @param before whose training jobs are taken over. */
  constructor(settings: Partial<SchedulerSettings> = {}, before?: Fleet) {
    this.nowMs = before?.nowMs ?? START_MS;
    const trainingJobs = [...(before?.state.trainingJobs.values() ?? [])];
    this.state = restoreState(
      { tuningJobs: [], warmPools: [], trainingJobs },
      { ...DEFAULT_SETTINGS, ...settings },
      this.nowMs,
    );
  }

  post(event: SchedulerEvent): void {
    const effects = step(this.state, event, this.nowMs, () => 0.5);
    this.effects.push(...effects);
    for (const effect of effects) {
      if (effect.kind !== 'Enqueue') continue;
      const taker = [...this.#offers].find(([, classes]) => classes.includes(effect.instanceClass));
      if (taker !== undefined) this.post({ kind: 'ClaimRequested', agentId: taker[0], key: effect.key });
    }
  }

  /** @param classes what it offers, one slot each; it claims whatever comes for these. */
  connect(agentId: string, ...classes: string[]): void {
    this.#offers.set(agentId, classes);
    const offers = new Map(classes.map((name) => [name, 1]));
    this.post({ kind: 'AgentConnected', agentId, epoch: agentId, offers, held: [], kept: [] });
  }

  disconnect(agentId: string): void {
    this.#offers.delete(agentId);
    this.post({ kind: 'AgentDisconnected', agentId, epoch: agentId });
  }

  submit(spec: Partial<TrainingJobSpec> = SPOT): TrainingJobState {
    const id = 'job';
    const job: TrainingJobState = {
      ...{ id, tenant: 'default', name: id, createdAtMs: this.nowMs },
      ...{ spec: { ...TRAINING_SPEC, ...spec }, ...newTrainingJobProgress(this.nowMs) },
    };
    this.post({ kind: 'TrainingJobCreated', job });
    return job;
  }

  pass(seconds: number): void {
    this.nowMs += seconds * 1000;
    for (const agent of this.state.agents.values()) {
      const keys = [...agent.leases.keys()].map((id) => keyOf(this.state.trainingJobs.get(id) as TrainingJobState));
      this.post({ kind: 'LeasesRenewed', agentId: agent.id, keys, sentAtMonotonicMs: 0n });
    }
    this.post({ kind: 'Ticked' });
  }

  /** The program of the newest attempt starts. */
  start(job: TrainingJobState): void {
    for (const phase of ['Starting', 'Downloading', 'Training'] as const) {
      this.post({ kind: 'PhaseChanged', agentId: job.attempt?.agentId ?? '', key: keyOf(job), phase, message: '' });
    }
  }

  /** The newest attempt ends after its program has run for so long. */
  end(job: TrainingJobState, ranSeconds: number, outcome: Parameters<typeof report>[2] = { kind: 'Succeeded' }): void {
    this.pass(ranSeconds);
    if (outcome.kind === 'Succeeded') {
      const key = keyOf(job);
      this.post({ kind: 'PhaseChanged', agentId: job.attempt?.agentId ?? '', key, phase: 'Uploading', message: '' });
    }
    this.post(report(job, { endMs: this.nowMs, ranMs: ranSeconds * 1000 }, outcome));
  }

  granted() {
    return this.effects.flatMap((effect) => (effect.kind === 'GrantLease' ? [effect.grant] : []));
  }
}

function keyOf(job: TrainingJobState) {
  return { trainingJobId: job.id, fence: job.fence };
}

function report(
  job: TrainingJobState,
  { endMs, ranMs }: { readonly endMs: number; readonly ranMs: number },
  outcome:
    | { readonly kind: 'Succeeded' }
    | typeof NOTICE
    | { readonly kind: 'Stopped'; readonly stopReason: 'MaxWaitExceeded' },
): SchedulerEvent {
  const times = { trainingStartMs: endMs - ranMs, trainingEndMs: endMs };
  const result = { key: keyOf(job), outcome, finalMetrics: [], ...times };
  return { kind: 'AttemptReported', agentId: job.attempt?.agentId ?? '', result };
}

const statuses = (job: TrainingJobState) => job.transitions.map(({ status }) => status);

describe('where managed spot training runs', () => {
  it('is on spot machines first, of all its instance types, then on others', () => {
    const fleet = new Fleet();
    fleet.connect('steady', 'small', 'large');
    const instances = ['large', 'small'].map((instanceType) => ({ instanceType, instanceCount: 1, volumeSizeGib: 1 }));
    fleet.connect('fleeting', 'small:spot');
    expect(fleet.submit({ ...SPOT, instances }).attempt).toMatchObject({
      instanceClass: 'small:spot',
      instanceIndex: 1,
    });
    expect(fleet.granted()).toMatchObject([{ instanceType: 'small' }]);
  });

  it('is on other machines where there are no spot machines, and says so', () => {
    const fleet = new Fleet();
    fleet.connect('laptop', '*');
    fleet.connect('other', 'large:spot');
    const job = fleet.submit();
    expect(job.attempt).toMatchObject({ instanceClass: 'small', instanceIndex: 0 });
    expect(job.transitions.at(-1)?.statusMessage).toBe(
      'Starting on small, entry 2 of 2: small on spot is offered by no agent',
    );
  });

  it('is on no other machine where only spot machines will do', () => {
    const fleet = new Fleet({ spotOnly: true });
    fleet.connect('laptop', '*');
    const job = fleet.submit();
    expect(job.attempt).toBeUndefined();
    fleet.connect('fleeting', '*:spot');
    expect(job.attempt).toMatchObject({ instanceClass: 'small:spot' });
  });

  it('is never where jobs run that did not ask for it', () => {
    const fleet = new Fleet();
    fleet.connect('fleeting', '*:spot', 'small:spot');
    const job = fleet.submit({ spot: false });
    fleet.pass(20);
    expect(job.attempt).toBeUndefined();
    expect(job.transitions.at(-1)?.statusMessage).toMatch(/no agent offers small/);
  });
});

describe('the ways of managed spot training', () => {
  it('without interruption', () => {
    const fleet = new Fleet();
    fleet.connect('fleeting', 'small:spot');
    const job = fleet.submit();
    fleet.start(job);
    fleet.end(job, 100);
    expect(statuses(job)).toEqual(['Starting', 'Downloading', 'Training', 'Uploading', 'Completed']);
    expect([job.trainingMs, job.billableMs]).toEqual([100_000, 30_000]);
  });

  it('interrupted once, and finished on another machine at its price', () => {
    const fleet = new Fleet();
    fleet.connect('fleeting', 'small:spot');
    const job = fleet.submit();
    fleet.start(job);
    fleet.post({ kind: 'AgentDraining', agentId: 'fleeting' });
    fleet.end(job, 100, NOTICE);
    expect(job).toMatchObject({ status: 'InProgress', secondaryStatus: 'Interrupted', interruptions: 1 });
    fleet.connect('steady', 'small');
    expect(fleet.granted().at(-1)?.spec.stopping.maxRuntimeSeconds).toBe(500);
    fleet.start(job);
    fleet.end(job, 50);
    expect(statuses(job)).toEqual([
      ...['Starting', 'Downloading', 'Training', 'Interrupted'],
      ...['Starting', 'Downloading', 'Training', 'Uploading', 'Completed'],
    ]);
    expect([job.trainingMs, job.billableMs]).toEqual([150_000, 80_000]);
  });

  it('interrupted twice, until the time to wait is over', () => {
    const fleet = new Fleet();
    fleet.connect('fleeting', 'small:spot');
    const job = fleet.submit();
    for (const seconds of [100, 100]) {
      fleet.start(job);
      fleet.end(job, seconds, NOTICE);
    }
    fleet.start(job);
    fleet.pass(799);
    expect(job.status).toBe('InProgress');
    fleet.pass(1);
    expect(job).toMatchObject({ status: 'Stopping', secondaryStatus: 'Stopping' });
    fleet.end(job, 1, { kind: 'Stopped', stopReason: 'MaxWaitExceeded' });
    const attempt = ['Starting', 'Downloading', 'Training'];
    expect(statuses(job)).toEqual([
      ...[...attempt, 'Interrupted', ...attempt, 'Interrupted', ...attempt],
      ...['Stopping', 'MaxWaitTimeExceeded'],
    ]);
    expect(job.status).toBe('Stopped');
    const starts = job.transitions.map(({ startTimeMs }) => startTimeMs);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });

  it('never launched', () => {
    const fleet = new Fleet({ spotOnly: true });
    fleet.connect('steady', 'small');
    const job = fleet.submit();
    fleet.pass(999);
    expect(job.status).toBe('InProgress');
    fleet.pass(1);
    expect(statuses(job)).toEqual(['Starting', 'Stopping', 'MaxWaitTimeExceeded']);
    expect(job).toMatchObject({ status: 'Stopped', trainingMs: 0, billableMs: 0 });
  });
});

describe('the running time of managed spot training', () => {
  it('is counted on by a scheduler that takes over', () => {
    const before = new Fleet();
    before.connect('fleeting', 'small:spot');
    const job = before.submit();
    before.start(job);
    before.pass(20);
    const after = new Fleet({}, before);
    after.pass(60);
    expect(job).toMatchObject({ secondaryStatus: 'Interrupted', trainingMs: 20_000 });
  });

  it('is that of all attempts together', () => {
    const fleet = new Fleet();
    fleet.connect('fleeting', 'small:spot');
    const job = fleet.submit();
    fleet.start(job);
    fleet.end(job, 600, NOTICE);
    expect(job).toMatchObject({ status: 'Stopped', secondaryStatus: 'MaxRuntimeExceeded' });
  });

  it('counts what a machine ran that vanished, until it was last heard of; that is an interruption too', () => {
    const fleet = new Fleet();
    fleet.connect('fleeting', 'small:spot');
    const job = fleet.submit();
    fleet.start(job);
    fleet.pass(20);
    fleet.disconnect('fleeting');
    fleet.pass(60);
    expect(job).toMatchObject({ secondaryStatus: 'Interrupted', interruptions: 1, losses: 0 });
    expect([job.trainingMs, job.billableMs]).toEqual([20_000, 6_000]);
  });
});
