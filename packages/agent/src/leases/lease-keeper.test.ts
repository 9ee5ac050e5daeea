import type { AttemptKey } from '@fleetune/domain';
import { beforeEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock.fixture.js';
import { LeaseKeeper } from './lease-keeper.js';
import type { LeaseOrder } from './lease-table.js';

const key = { trainingJobId: 'job', fence: 1 };
const terms = { ttlMs: 30_000, renewEveryMs: 5_000 };
let clock: VirtualClock;
let renewals: { readonly keys: readonly AttemptKey[]; readonly sentAtMs: number }[];
let orders: (LeaseOrder & { readonly atMs: number })[];
let stalls: number;
let ends: number[];
let keeper: LeaseKeeper;

beforeEach(() => {
  clock = new VirtualClock();
  renewals = [];
  orders = [];
  stalls = 0;
  ends = [];
  keeper = new LeaseKeeper(clock, {
    renew: (keys, sentAtMs) => renewals.push({ keys, sentAtMs }),
    carryOut: (order) => orders.push({ ...order, atMs: clock.monotonicMs() }),
    heldUntil: (endMs) => ends.push(endMs),
    connectionStalled: () => {
      stalls += 1;
      keeper.disconnected();
    },
  });
});

function answer(): void {
  const last = renewals.at(-1);
  if (last !== undefined) keeper.renewed(last.keys, last.sentAtMs);
}

describe('LeaseKeeper', () => {
  it('says until when all leases are held, each time that changes', () => {
    keeper.connected(terms);
    keeper.grant(key, clock.monotonicMs());
    keeper.grant({ ...key, trainingJobId: 'other' }, clock.monotonicMs() + 10);
    expect(ends).toEqual([31_000]);
    clock.advance(5_000);
    answer();
    expect(ends).toEqual([31_000, 36_000]);
    keeper.connected({ ...terms, ttlMs: 20_000 });
    expect(ends.at(-1)).toBe(26_000);
  });

  it('does nothing after its end, also when the connection goes only then', () => {
    keeper.connected(terms);
    keeper.grant(key, clock.monotonicMs());
    keeper.close();
    keeper.disconnected();
    clock.advance(60_000);
    expect(orders).toEqual([]);
  });

  it('renews all leases in one message, at once when connected and then every 5 s', () => {
    keeper.connected(terms);
    keeper.grant(key, clock.monotonicMs());
    keeper.grant({ ...key, trainingJobId: 'other' }, clock.monotonicMs());
    answer();
    clock.advance(5_000);
    answer();
    clock.advance(5_000);
    expect(renewals.map(({ keys }) => keys.length)).toEqual([0, 2, 2]);
    expect(clock.timerCount).toBe(1);
  });

  it('never orders anything while renewals are answered', () => {
    keeper.connected(terms);
    keeper.grant(key, clock.monotonicMs());
    for (let second = 0; second < 3_600; second += 1) {
      clock.advance(1_000);
      answer();
    }
    expect(orders).toEqual([]);
    expect(stalls).toBe(0);
  });

  it('stops and kills on time when the connection is gone', () => {
    keeper.connected(terms);
    const grantedAtMs = clock.monotonicMs();
    keeper.grant(key, grantedAtMs);
    answer();
    clock.advance(1_000);
    keeper.disconnected();
    clock.advance(60_000);
    expect(orders).toEqual([
      { kind: 'stop', key, atMs: grantedAtMs + 25_000 },
      { kind: 'kill', key, atMs: grantedAtMs + 30_000 },
    ]);
    expect(clock.timerCount).toBe(0);
  });

  it('orders nothing when the connection comes back and renews in time', () => {
    keeper.connected(terms);
    keeper.grant(key, clock.monotonicMs());
    answer();
    keeper.disconnected();
    clock.advance(20_000);
    keeper.connected(terms);
    answer();
    clock.advance(4_999);
    keeper.disconnected();
    clock.advance(19_000);
    expect(orders).toEqual([]);
  });

  it('takes a server that does not answer for two renewals for gone', () => {
    keeper.connected(terms);
    clock.advance(9_999);
    expect(stalls).toBe(0);
    clock.advance(1);
    expect(stalls).toBe(1);
  });

  it('confirms a lease by a renewal sent after the question, many questions by one', async () => {
    const other = { ...key, trainingJobId: 'other' };
    keeper.connected(terms);
    keeper.grant(key, clock.monotonicMs());
    keeper.grant(other, clock.monotonicMs());
    answer();
    clock.advance(1_000);
    const confirmed = [keeper.confirm(key), keeper.confirm(other)];
    const told: boolean[] = [];
    for (const one of confirmed) void one.then((isHeld) => told.push(isHeld));
    // An answer to what was asked before the question says nothing about it.
    answer();
    await Promise.resolve();
    expect(told).toEqual([]);
    clock.advance(20);
    expect(renewals).toHaveLength(2);
    answer();
    expect(await Promise.all(confirmed)).toEqual([true, true]);
  });

  it('does not confirm a lease that ended, was given away, or never was', async () => {
    const given = { ...key, trainingJobId: 'given away' };
    keeper.connected(terms);
    keeper.grant(key, clock.monotonicMs());
    keeper.grant(given, clock.monotonicMs());
    const confirmed = [keeper.confirm(key), keeper.confirm(given), keeper.confirm({ ...key, fence: 2 })];
    keeper.release(given);
    keeper.disconnected();
    clock.advance(40_000);
    expect(await Promise.all(confirmed)).toEqual([false, false, false]);
  });
});
