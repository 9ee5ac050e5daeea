import type { AttemptOutcome } from '@fleetune/domain';
import { describe, expect, it } from 'vitest';
import type { TrainingJobState } from '../state.js';
import { Fleet, KEPT, keyOf } from './fleet.fixture.js';
import type { WarmPoolState } from './warm-pool-state.js';

function poolOf(job: TrainingJobState): WarmPoolState | undefined {
  return job.warmPool;
}

describe('a slot whose training job asked for it', () => {
  it('is retained for the period and then given back, and billed for the time between', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    const job = fleet.left();
    expect(poolOf(job)).toMatchObject({ status: 'Available', keepAliveSeconds: 60 });
    fleet.pass(59);
    expect(poolOf(job)?.status).toBe('Available');
    fleet.pass(1);
    expect(poolOf(job)).toMatchObject({ status: 'Terminated', end: 'expired', retainedMs: 60_000 });
  });

  it('is named to its agent before the agent hears that its report has arrived', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    const job = fleet.left();
    const kinds = fleet.effects.map(({ kind }) => kind);
    expect(fleet.said('KeepSlots').at(-1)).toMatchObject({ agentId: 'a', slots: [keyOf(job)] });
    expect(kinds.lastIndexOf('KeepSlots')).toBeLessThan(kinds.lastIndexOf('AcknowledgeReport'));
  });

  it('is no room for anybody else, and is again when the period is over', () => {
    const fleet = new Fleet();
    fleet.connect('a', { '*': 1 });
    fleet.left();
    const others = [fleet.submit({}, 'bob'), fleet.submit({ roleArn: 'other' })];
    // One may wait on the class queue for a slot that is freed; none is placed in the slot.
    fleet.pass(30);
    expect(fleet.state.capacity.anyFree('*')).toBe(0);
    expect(others.map(({ attempt }) => attempt?.warmPoolOf)).toEqual([undefined, undefined]);
    fleet.pass(30);
    expect(fleet.state.capacity.anyFree('*')).toBe(1);
  });

  it.each<[string, AttemptOutcome, string]>([
    ['failed by itself', { kind: 'AlgorithmError', reason: 'bug' }, 'Available'],
    ['could not be run as described', { kind: 'ClientError', reason: 'no such channel' }, 'Available'],
    ['was stopped', { kind: 'Stopped', stopReason: 'MaxRuntimeExceeded' }, 'Available'],
    ['failed by a fault of the machine', { kind: 'InternalError', reason: 'disk full' }, 'Terminated'],
  ])('of a job that %s', (_what, outcome, status) => {
    const fleet = new Fleet({ infrastructureRetries: 0 });
    fleet.connect('a');
    const job = fleet.submit(KEPT);
    fleet.claim('a', job);
    expect(poolOf(job)?.status).toBe('InUse');
    fleet.end(job, outcome);
    expect(poolOf(job)?.status).toBe(status);
  });

  it('is not retained by an agent that does not know how', () => {
    const fleet = new Fleet();
    const offers = new Map([['small', 1]]);
    fleet.post({ kind: 'AgentConnected', agentId: 'a', epoch: 'a', offers, held: [], kept: undefined });
    expect(poolOf(fleet.left())).toMatchObject({ status: 'Terminated', end: 'agent too old', retainedMs: 0 });
    expect(fleet.state.capacity.namedFree('small')).toBe(1);
  });

  it('is not retained where no period was asked for', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    expect(poolOf(fleet.left({ keepAliveSeconds: 0 }))).toBeUndefined();
    expect(fleet.said('SaveWarmPool')).toEqual([]);
  });

  it('is not retained beyond the number that its tenant may have', () => {
    const fleet = new Fleet({ maxWarmPools: 1 });
    fleet.connect('a', { small: 2 });
    const [one, two] = [fleet.submit(KEPT), fleet.submit(KEPT)];
    for (const job of [one, two]) fleet.claim('a', job);
    for (const job of [one, two]) fleet.end(job);
    expect([poolOf(one)?.status, poolOf(two)?.end]).toEqual(['Available', 'over quota']);
  });
});

describe('a training job that matches', () => {
  it('takes the slot at once, past all who wait, and only that slot', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    const running = fleet.submit(KEPT);
    fleet.claim('a', running);
    const strangers = Array.from({ length: 3 }, () => fleet.submit({}, 'bob'));
    fleet.end(running);
    const next = fleet.submit(KEPT);
    expect(fleet.said('OfferSlot').at(-1)).toMatchObject({ agentId: 'a', key: keyOf(next), keptAfter: keyOf(running) });
    fleet.claim('a', next, keyOf(running));
    expect(next.attempt).toMatchObject({ state: 'Leased', agentId: 'a' });
    expect(poolOf(running)).toMatchObject({ status: 'Reused', reusedBy: next.name });
    expect(poolOf(next)).toMatchObject({ status: 'InUse', reuses: 1, clusterId: poolOf(running)?.clusterId });
    expect(strangers.filter(({ attempt }) => attempt?.state === 'Leased')).toEqual([]);
    fleet.end(next);
    expect(poolOf(next)?.status).toBe('Available');
  });

  it('leaves its class queue for the slot when that becomes free', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    const first = fleet.submit(KEPT);
    fleet.claim('a', first);
    const second = fleet.submit(KEPT);
    expect(second.attempt?.state).toBe('Queued');
    expect(fleet.state.queuedByClass.get('small')).toBe(1);
    fleet.end(first);
    expect(second.attempt?.warmPoolOf).toBe(first.id);
    expect(fleet.state.queuedByClass.size).toBe(0);
    fleet.claim('a', second, keyOf(first));
    expect(poolOf(first)?.status).toBe('Reused');
  });

  it('ends the pool when it asks for no period itself', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    const first = fleet.left();
    const last = fleet.submit({ keepAliveSeconds: 0 });
    fleet.claim('a', last, keyOf(first));
    expect(poolOf(last)?.status).toBe('InUse');
    fleet.end(last);
    expect(poolOf(last)).toMatchObject({ status: 'Terminated', end: 'not kept', retainedMs: 0 });
    expect(fleet.state.warmPools.size).toBe(0);
  });

  it('of another tenant starts elsewhere, and nobody else may claim what is set aside', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    const first = fleet.left();
    expect(fleet.submit(KEPT, 'bob').attempt?.warmPoolOf).toBeUndefined();
    fleet.connect('b');
    const mine = fleet.submit(KEPT);
    fleet.claim('b', mine);
    fleet.claim('a', mine);
    expect(mine.attempt?.state).toBe('Queued');
    expect(fleet.said('RefuseClaim')).toHaveLength(2);
    fleet.claim('a', mine, keyOf(first));
    expect(mine.attempt?.state).toBe('Leased');
  });

  it('on managed spot training never takes it', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    fleet.left();
    const spot = fleet.submit({ spot: true, stopping: { maxRuntimeSeconds: 60, maxWaitSeconds: 60 } });
    expect(spot.attempt?.warmPoolOf).toBeUndefined();
  });

  it('prefers what comes first in its fallback list, where that is free', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    fleet.left();
    fleet.connect('b', { large: 1 });
    const entry = (instanceType: string) => ({ instanceType, instanceCount: 1, volumeSizeGib: 1 });
    const picky = fleet.submit({ instances: [entry('large'), entry('small')] });
    expect(picky.attempt?.instanceClass).toBe('large');
    fleet.claim('b', picky);
    const second = fleet.submit({ instances: [entry('large'), entry('small')] });
    expect(second.attempt).toMatchObject({ instanceClass: 'small', instanceIndex: 1, warmPoolOf: 'job-1' });
  });

  it('goes to its class queue when the agent does not take it', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    const first = fleet.left();
    const next = fleet.submit(KEPT);
    fleet.pass(20);
    expect(fleet.said('OfferSlot')).toHaveLength(3);
    expect(poolOf(first)).toMatchObject({ status: 'Terminated', end: 'not taken' });
    expect(fleet.said('Enqueue').at(-1)).toMatchObject({ instanceClass: 'small', key: keyOf(next) });
    fleet.claim('a', next);
    expect(next.attempt?.state).toBe('Leased');
  });

  it('leaves the slot to others when it is stopped before it starts', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    const first = fleet.left();
    const stopped = fleet.submit(KEPT);
    fleet.post({ kind: 'TrainingJobStopRequested', trainingJobId: stopped.id });
    expect(stopped.status).toBe('Stopped');
    expect(poolOf(first)?.status).toBe('Available');
    expect(fleet.submit(KEPT).attempt?.warmPoolOf).toBe(first.id);
  });
});

describe('a training job that does not match', () => {
  it('is told the first field in which it differs from the pool that is most like it', () => {
    const fleet = new Fleet();
    fleet.connect('a', { small: 3 });
    fleet.left();
    fleet.left({ networkIsolation: true, instances: [{ instanceType: 'small', instanceCount: 1, volumeSizeGib: 5 }] });
    const job = fleet.submit({ ...KEPT, networkIsolation: true });
    fleet.claim('a', job);
    fleet.post({ kind: 'PhaseChanged', agentId: 'a', key: keyOf(job), phase: 'Starting', message: '' });
    expect(fleet.facts('WarmPoolMissed')).toMatchObject([
      { field: 'VolumeSizeInGB' },
      { field: 'EnableNetworkIsolation' },
    ]);
    expect(job.transitions.at(-1)?.statusMessage).toBe(
      'Preparing the instance for training; the warm pool of job-1 differs in EnableNetworkIsolation: false, not true',
    );
  });
});

describe('a pool that is updated', () => {
  it('lasts for the new period, counted from when it became available', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    const job = fleet.left();
    fleet.pass(50);
    fleet.post({ kind: 'KeepAliveChanged', trainingJobId: job.id, keepAliveSeconds: 100 });
    fleet.pass(49);
    expect(poolOf(job)).toMatchObject({ status: 'Available', keepAliveSeconds: 100 });
    fleet.pass(1);
    expect(poolOf(job)).toMatchObject({ status: 'Terminated', retainedMs: 100_000 });
  });

  it('ends with a period of 0', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    const job = fleet.left();
    fleet.post({ kind: 'KeepAliveChanged', trainingJobId: job.id, keepAliveSeconds: 0 });
    expect(poolOf(job)).toMatchObject({ status: 'Terminated', end: 'updated' });
    expect(fleet.said('KeepSlots').at(-1)?.slots).toEqual([]);
  });
});

describe('a pool whose agent goes', () => {
  it('survives that the stream breaks, where the agent comes back in time with the slot', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    const job = fleet.left();
    fleet.disconnect('a');
    fleet.pass(20);
    fleet.connect('a', { small: 1 }, [keyOf(job)]);
    expect(fleet.said('WelcomeAgent').at(-1)?.keptSlots).toEqual([keyOf(job)]);
    expect(poolOf(job)?.status).toBe('Available');
    expect(fleet.state.capacity.namedFree('small')).toBe(0);
    expect(fleet.submit(KEPT).attempt?.warmPoolOf).toBe(job.id);
  });

  it.each<[string, (fleet: Fleet) => void]>([
    ['comes back without the slot', (fleet) => fleet.connect('a')],
    [
      'stays away',
      (fleet) => {
        fleet.disconnect('a');
        fleet.pass(46);
      },
    ],
    ['takes no more work', (fleet) => fleet.post({ kind: 'AgentDraining', agentId: 'a' })],
    [
      'falls silent',
      (fleet) => {
        fleet.nowMs += 46_000;
        fleet.post({ kind: 'Ticked' });
      },
    ],
  ])('ends when it %s', (_what, happens) => {
    const fleet = new Fleet();
    fleet.connect('a');
    const job = fleet.left({ keepAliveSeconds: 3600 });
    happens(fleet);
    expect(poolOf(job)).toMatchObject({ status: 'Terminated', end: 'agent gone' });
    expect(fleet.state.shares.held('ann')).toBe(0);
  });
});

describe('a server that starts again', () => {
  it('keeps the pools, and sets aside anew what was set aside', () => {
    const fleet = new Fleet();
    fleet.connect('a');
    const first = fleet.left();
    const next = fleet.submit(KEPT);
    fleet.restart(next);
    expect(fleet.state.shares.held('ann')).toBe(1);
    fleet.connect('a', { small: 1 }, [keyOf(first)]);
    expect(fleet.said('OfferSlot').at(-1)).toMatchObject({ key: keyOf(next), keptAfter: keyOf(first) });
    fleet.claim('a', next, keyOf(first));
    expect(poolOf(next)).toMatchObject({ status: 'InUse', reuses: 1 });
  });
});

describe('a tenant with a quota', () => {
  it('holds the slots that are kept for it, and swaps them for attempts', () => {
    const fleet = new Fleet({ tenants: new Map([['ann', { weight: 1, maxInstances: 1 }]]) });
    fleet.connect('a', { small: 3 });
    const first = fleet.left();
    expect(fleet.state.shares.quotaLeft('ann')).toBe(0);
    expect(fleet.submit({ roleArn: 'other' }).attempt).toBeUndefined();
    const next = fleet.submit(KEPT);
    fleet.claim('a', next, keyOf(first));
    expect(next.attempt?.state).toBe('Leased');
    expect(fleet.state.shares.held('ann')).toBe(1);
  });
});
