import { beforeEach, describe, expect, it } from 'vitest';
import type { Slot } from '../inventory/capacity.js';
import { KeptSlots } from './kept-slots.js';

const SLOT: Slot = {
  resources: { cpuMilli: 1000, memoryMib: 1024, gpuMilli: 0 },
  cpuCount: 1,
  gpuUuids: [],
  freeAtMs: 0,
};
const KEY = { trainingJobId: 'job', fence: 1 };
const OTHER = { trainingJobId: 'other', fence: 1 };

let released: Slot[];
let ended: string[];
let slots: KeptSlots;

beforeEach(() => {
  released = [];
  ended = [];
  slots = new KeptSlots({ release: (slot) => released.push(slot), endPool: (warmPool) => ended.push(warmPool) });
  slots.keep(SLOT, { key: KEY, warmPool: 'pool' });
});

describe('a slot that is kept', () => {
  it('waits for the answer to the report, whatever is said meanwhile of others', () => {
    slots.named([OTHER]);
    expect(slots.keys).toEqual([KEY]);
    slots.settle(KEY);
    expect(released).toEqual([SLOT]);
    expect(ended).toEqual(['pool']);
  });

  it('is kept on when the server names it before it answers', () => {
    slots.named([KEY]);
    slots.settle(KEY);
    expect(slots.keys).toEqual([KEY]);
    slots.named([]);
    expect(slots.keys).toEqual([]);
    expect(released).toEqual([SLOT]);
  });

  it('is lent once, and given back only when nothing came of it', () => {
    slots.named([KEY]);
    slots.settle(KEY);
    expect(slots.lend(KEY)).toBe(SLOT);
    expect(slots.lend(KEY)).toBeUndefined();
    slots.named([]);
    expect(released).toEqual([]);
    slots.takeBack(KEY);
    expect(released).toEqual([SLOT]);
  });

  it('is the next attempt’s when that got its lease, and its pool goes on', () => {
    slots.named([KEY]);
    slots.settle(KEY);
    slots.lend(KEY);
    slots.used(KEY);
    slots.named([]);
    expect([released, ended, slots.keys]).toEqual([[], [], []]);
  });

  it('is given up when the agent takes no more work, at once or when its claim is answered', () => {
    slots.keep(SLOT, { key: OTHER, warmPool: 'lent' });
    slots.lend(OTHER);
    slots.giveUp();
    expect(ended).toEqual(['pool']);
    slots.takeBack(OTHER);
    expect(ended).toEqual(['pool', 'lent']);
    expect(released).toHaveLength(2);
  });
});
