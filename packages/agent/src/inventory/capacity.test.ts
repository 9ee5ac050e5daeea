import { describe, expect, it } from 'vitest';
import { Capacity, type Inventory, type Slot } from './capacity.js';

const inventory = (gpus: number): Inventory => ({
  hostName: 'host',
  cpuMilli: 8_000,
  memoryMib: 16_000,
  gpus: Array.from({ length: gpus }, (_, index) => ({ uuid: `GPU-${index}`, name: 'GPU', memoryMib: 1_000 })),
});

const shape = (name: string, cpuMilli: number, gpuMilli = 0) => ({
  name,
  resources: { cpuMilli, memoryMib: 1_000, gpuMilli },
});

function take(capacity: Capacity, instanceClass: string): Slot {
  const slot = capacity.take(instanceClass);
  if (slot === undefined) throw new Error(`no room for ${instanceClass}`);
  return slot;
}

describe('what attempts of an earlier agent process have', () => {
  it('is not given again until they end, also when the offer has become smaller', () => {
    const before = take(new Capacity(inventory(2), { kind: 'any', slots: 2 }, 0), 'x');
    const capacity = new Capacity(inventory(2), { kind: 'any', slots: 1 }, 5);
    const held = capacity.hold(before);
    expect(held).toEqual({ ...before, freeAtMs: 5 });
    expect(capacity.room('x')).toBeLessThanOrEqual(0);
    expect(capacity.take('x')).toBeUndefined();
    capacity.release(held, 10);
    expect(take(capacity, 'x').gpuUuids).toEqual(['GPU-0', 'GPU-1']);
  });

  it('does not bring back a GPU that is not there any more', () => {
    const before = take(
      new Capacity(inventory(2), { kind: 'classes', classes: [shape('two', 1_000, 2_000)] }, 0),
      'two',
    );
    const capacity = new Capacity(inventory(1), { kind: 'classes', classes: [shape('one', 1_000, 1_000)] }, 0);
    capacity.release(capacity.hold(before), 1);
    expect(capacity.room('one')).toBe(1);
  });
});

describe('slots of any class', () => {
  it('serves every class with the same slots', () => {
    const capacity = new Capacity(inventory(0), { kind: 'any', slots: 3 }, 0);
    expect(capacity.offered).toEqual([{ name: '*', slots: 3 }]);
    expect(capacity.serves('ml.whatever')).toBe(true);
    take(capacity, 'ml.a');
    take(capacity, 'ml.b');
    expect(capacity.room('ml.c')).toBe(1);
    take(capacity, 'ml.c');
    expect(capacity.take('ml.d')).toBeUndefined();
  });

  it.each([1, 3, 7, 60, 300])('offers exactly %i slots, however the machine divides', (slots) => {
    const capacity = new Capacity(inventory(0), { kind: 'any', slots }, 0);
    expect(capacity.offered).toEqual([{ name: '*', slots }]);
  });

  it('shares cores and GPUs out evenly, and gives every slot a core', () => {
    const wide = take(new Capacity(inventory(4), { kind: 'any', slots: 2 }, 0), 'x');
    expect(wide).toMatchObject({ cpuCount: 4, gpuUuids: ['GPU-0', 'GPU-1'] });
    const narrow = take(new Capacity(inventory(1), { kind: 'any', slots: 16 }, 0), 'x');
    expect(narrow).toMatchObject({ cpuCount: 1, gpuUuids: [] });
  });
});

describe('slots of named classes', () => {
  it('offers the classes that fit, out of one inventory', () => {
    const classes = [shape('small', 2_000), shape('large', 6_000), shape('gpu', 1_000, 1_000), shape('vast', 64_000)];
    const capacity = new Capacity(inventory(2), { kind: 'classes', classes }, 0);
    expect(capacity.offered).toEqual([
      { name: 'small', slots: 4 },
      { name: 'large', slots: 1 },
      { name: 'gpu', slots: 2 },
    ]);
    expect(capacity.serves('vast')).toBe(false);
    const large = take(capacity, 'large');
    expect(capacity.room('small')).toBe(1);
    take(capacity, 'small');
    expect(capacity.room('gpu')).toBe(0);
    capacity.release(large, 1);
    expect(capacity.room('small')).toBe(3);
  });

  it('binds GPUs to one attempt each, by UUID', () => {
    const capacity = new Capacity(inventory(3), { kind: 'classes', classes: [shape('pair', 500, 2_000)] }, 0);
    const first = take(capacity, 'pair');
    expect(first.gpuUuids).toEqual(['GPU-0', 'GPU-1']);
    expect(capacity.take('pair')).toBeUndefined();
    capacity.release(first, 1);
    expect(take(capacity, 'pair').gpuUuids).toHaveLength(2);
  });

  it('packs fractions of a GPU and never over one whole', () => {
    const classes = [shape('part', 100, 600), shape('half', 100, 400), shape('whole', 100, 1_000)];
    const capacity = new Capacity(inventory(2), { kind: 'classes', classes }, 0);
    expect(capacity.offered.map(({ slots }) => slots)).toEqual([2, 4, 2]);
    const part = take(capacity, 'part');
    const half = take(capacity, 'half');
    expect(half.gpuUuids).toEqual(part.gpuUuids);
    expect(take(capacity, 'whole').gpuUuids).not.toEqual(part.gpuUuids);
    expect(capacity.take('half')).toBeUndefined();
  });
});

describe('when a slot became free', () => {
  it('is the start of the agent at first, then the end of the attempt before', () => {
    const capacity = new Capacity(inventory(0), { kind: 'any', slots: 1 }, 50);
    const first = take(capacity, 'x');
    expect(first.freeAtMs).toBe(50);
    capacity.release(first, 900);
    expect(take(capacity, 'x').freeAtMs).toBe(900);
  });

  it('does not change when the slot was taken for nothing', () => {
    const capacity = new Capacity(inventory(0), { kind: 'any', slots: 1 }, 50);
    capacity.release(take(capacity, 'x'), 900);
    capacity.releaseUnused(take(capacity, 'x'));
    expect(take(capacity, 'x').freeAtMs).toBe(900);
  });
});

describe('a machine that may be taken away', () => {
  it('serves its classes under names of their own, with the same room', () => {
    const named = { kind: 'classes', classes: [shape('ml.a', 4_000)], spot: true } as const;
    const capacity = new Capacity(inventory(0), named, 0);
    expect(capacity.offered).toEqual([{ name: 'ml.a:spot', slots: 2 }]);
    expect([capacity.serves('ml.a:spot'), capacity.serves('ml.a')]).toEqual([true, false]);
    take(capacity, 'ml.a:spot');
    expect([capacity.room('ml.a:spot'), capacity.room('ml.a')]).toEqual([1, 0]);
  });

  it('serves any class, but for no job that did not agree; and others serve none that did', () => {
    const spot = new Capacity(inventory(0), { kind: 'any', slots: 3, spot: true }, 0);
    expect(spot.offered).toEqual([{ name: '*:spot', slots: 3 }]);
    expect([spot.serves('ml.a:spot'), spot.serves('ml.a')]).toEqual([true, false]);
    expect(spot.take('ml.a')).toBeUndefined();
    const steady = new Capacity(inventory(0), { kind: 'any', slots: 3 }, 0);
    expect([steady.serves('ml.a:spot'), steady.serves('ml.a')]).toEqual([false, true]);
  });
});
