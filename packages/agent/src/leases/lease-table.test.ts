import { beforeEach, describe, expect, it } from 'vitest';
import { LeaseTable, savingTimeMs } from './lease-table.js';

const key = { trainingJobId: 'job', fence: 2 };
const other = { trainingJobId: 'other', fence: 1 };
let table: LeaseTable;

beforeEach(() => {
  table = new LeaseTable({ ttlMs: 30_000, renewEveryMs: 5_000 });
});

describe('LeaseTable', () => {
  it('stops a lease 5 s before it ends and kills it when it ends, each once, counting from the claim', () => {
    table.grant(key, 100);
    expect(table.due(25_099)).toEqual([]);
    expect(table.due(25_100)).toEqual([{ kind: 'stop', key }]);
    expect(table.due(30_099)).toEqual([]);
    expect(table.due(30_100)).toEqual([{ kind: 'kill', key }]);
    expect(table.due(99_999)).toEqual([]);
    expect(table.keys()).toEqual([]);
  });

  it('counts from when the renewal was sent, not from when it was answered', () => {
    table.grant(key, 0);
    table.renew([key], 10_000);
    expect(table.due(34_999)).toEqual([]);
    expect(table.due(35_000)).toEqual([{ kind: 'stop', key }]);
  });

  it('is not shortened by an answer that comes late or out of order', () => {
    table.grant(key, 0);
    table.renew([key], 10_000);
    table.renew([key], 5_000);
    expect(table.nextDueMs()).toBe(35_000);
  });

  it('lets a stopping attempt finish in peace when its lease is renewed after all', () => {
    table.grant(key, 0);
    expect(table.due(26_000)).toEqual([{ kind: 'stop', key }]);
    table.renew([key], 26_500);
    expect(table.due(56_499)).toEqual([]);
    expect(table.due(56_500)).toEqual([{ kind: 'kill', key }]);
  });

  it('kills at once what is long over, as after the agent was frozen', () => {
    table.grant(key, 0);
    table.grant(other, 80_000);
    expect(table.due(90_000)).toEqual([{ kind: 'kill', key }]);
  });

  it('renews only what it holds', () => {
    table.renew([key], 1);
    expect(table.nextDueMs()).toBeUndefined();
    table.grant(key, 0);
    table.release({ ...key, fence: 1 });
    expect(table.keys()).toEqual([key]);
    table.release(key);
    expect(table.due(1e9)).toEqual([]);
  });

  it('knows what is due next', () => {
    table.grant(key, 0);
    table.grant(other, 7_000);
    expect(table.nextDueMs()).toBe(25_000);
    table.due(25_000);
    expect(table.nextDueMs()).toBe(30_000);
  });

  it('applies the terms of a new connection to leases already held', () => {
    table.grant(key, 0);
    table.setTerms({ ttlMs: 12_000, renewEveryMs: 2_000 });
    expect(table.due(12_000)).toEqual([{ kind: 'kill', key }]);
  });
});

describe('savingTimeMs', () => {
  it.each([
    [30_000, 5_000],
    [60_000, 10_000],
    [6_000, 2_000],
    [900, 300],
  ])('of a lease of %i ms is %i ms', (ttlMs, expected) => {
    expect(savingTimeMs(ttlMs)).toBe(expected);
  });
});
