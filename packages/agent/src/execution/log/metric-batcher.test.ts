import type { MetricPoint } from '@fleetune/domain';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MetricBatcher } from './metric-batcher.js';

const series = (name: string, from: number, to: number): MetricPoint[] =>
  Array.from({ length: to - from }, (_, index) => ({ name, value: from + index, step: from + index, timestampMs: 7 }));

let batches: (readonly MetricPoint[])[];
let batcher: MetricBatcher;

beforeEach(() => {
  vi.useFakeTimers();
  batches = [];
  batcher = new MetricBatcher((points) => batches.push(points));
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a metric batcher', () => {
  test('hands points on a second after the first, or when there are 100', () => {
    batcher.add(series('loss', 0, 1));
    vi.advanceTimersByTime(900);
    batcher.add(series('loss', 1, 3));
    expect(batches).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(batches).toEqual([series('loss', 0, 3)]);
    batcher.add(series('loss', 3, 103));
    expect(batches[1]).toHaveLength(100);
    batcher.finish();
    expect(batches).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('sends at most ten batches a second, each of at most 1,000 points', () => {
    for (let ms = 0; ms < 1_000; ms++) {
      batcher.add([...series('loss', ms * 20, ms * 20 + 20), ...series('accuracy', ms, ms + 1)]);
      vi.advanceTimersByTime(1);
    }
    expect(batches.length).toBeGreaterThan(8);
    expect(batches.length).toBeLessThanOrEqual(10);
    for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(1_000);
    batcher.finish();
    expect(batches.flat().filter(({ name }) => name === 'accuracy')).toEqual(series('accuracy', 0, 1_000));
  });

  test('thins a series beyond 10,000 points, a little more each time it doubles, and ends it with its last point', () => {
    const count = 1_000_003;
    for (let from = 0; from < count; from += 50_000) {
      batcher.add(series('loss', from, Math.min(count, from + 50_000)));
      vi.advanceTimersByTime(1_000);
    }
    batcher.add(series('accuracy', 0, 5));
    batcher.finish();
    const points = batches.flat();
    const steps = points.filter(({ name }) => name === 'loss').map(({ step }) => step);
    expect(steps.slice(0, 10_000)).toEqual(series('loss', 0, 10_000).map(({ step }) => step));
    expect(steps.slice(10_000, 10_003)).toEqual([10_000, 10_002, 10_004]);
    expect(steps.length).toBeLessThan(50_000);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(points.filter(({ name }) => name === 'loss').at(-1)).toMatchObject({ step: count - 1, value: count - 1 });
    expect(points.filter(({ name }) => name === 'accuracy')).toEqual(series('accuracy', 0, 5));
  });
});
