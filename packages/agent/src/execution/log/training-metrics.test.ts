import type { MetricPoint } from '@fleetune/domain';
import { expect, test } from 'vitest';
import { metric, RecordingObserver } from '../execution.fixture.js';
import { MetricCompiler } from './compiled-metrics.js';
import { TrainingMetrics } from './training-metrics.js';

const compiled = new MetricCompiler().compile([metric('loss', 'loss=(\\S+);')]);

/** A line for each of the numbers, fed in pieces of 7 bytes. */
function feed(metrics: TrainingMetrics, text: string, from: number): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 7) {
    const piece = bytes.subarray(at, at + 7);
    metrics.feed(piece, from + at + piece.length);
  }
}

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `loss=${from + index};\n`).join('');

function watched(progress?: ConstructorParameters<typeof TrainingMetrics>[3]) {
  let nowMs = 0;
  const observer = new RecordingObserver();
  const clock = { nowMs: () => 1_000 + nowMs, monotonicMs: () => nowMs };
  const metrics = new TrainingMetrics(compiled, observer, clock, progress);
  return { metrics, observer, setNow: (ms: number) => (nowMs = ms) };
}

const stepsOf = (points: readonly MetricPoint[]) => points.map(({ step, value }) => [step, value]);

test('another process goes on after what was told, in the middle of a line', () => {
  const first = watched();
  first.setNow(10);
  // Enough for a batch of its own.
  feed(first.metrics, `${lines(0, 120)}loss=1`, 0);
  expect(first.observer.points.length).toBeGreaterThanOrEqual(100);
  first.setNow(20);
  expect(first.metrics.takeTold(10)).toBeUndefined();
  const progress = first.metrics.takeTold(20);
  expect(first.metrics.takeTold(30)).toBeUndefined();
  const told = first.observer.points.length;
  expect(progress?.series).toMatchObject([{ name: 'loss', nextStep: told, last: { value: told - 1 } }]);

  const log = lines(0, 130);
  const second = watched(progress);
  feed(second.metrics, log.slice(progress?.offset), progress?.offset ?? 0);
  const finalMetrics = second.metrics.finish();
  expect(stepsOf(second.observer.points)).toEqual(Array.from({ length: 130 - told }, (_, n) => [told + n, told + n]));
  expect(finalMetrics).toMatchObject([{ name: 'loss', value: 129 }]);
});

test('a metric that was told and does not come again keeps its last value', () => {
  const progress = {
    offset: 8,
    series: [{ name: 'loss', nextStep: 1, last: { name: 'loss', value: 5, timestampMs: 3 } }],
  };
  const { metrics, observer } = watched(progress);
  feed(metrics, 'no more\n', 8);
  expect(metrics.finish()).toEqual([{ name: 'loss', value: 5, timestampMs: 3 }]);
  expect(observer.points).toEqual([]);
});
