import { expect, test } from 'vitest';
import { PullProgress } from './pull-progress.js';

test('tells the bytes of all layers, every five seconds at most', () => {
  let nowMs = 0;
  const told: number[] = [];
  const progress = new PullProgress(
    () => nowMs,
    (mib) => told.push(mib),
  );
  const hear = (id: string, mib: number) =>
    progress.hear({ id, progressDetail: { current: mib * 1024 ** 2, total: 9e9 } });
  hear('one', 10);
  nowMs = 5_000;
  hear('two', 30);
  hear('two', 31);
  nowMs = 10_000;
  progress.hear({ status: 'Verifying' });
  hear('one', 50);
  expect(told).toEqual([40, 81]);
  progress.hear({ error: 'manifest unknown' });
  expect(progress.fault).toBe('manifest unknown');
});
