import { describe, expect, it } from 'vitest';
import { closeCurve, emptyCurves, isHopeless, recordEpochs, restartCurve } from './early-stopping.js';

function ended(...curves: number[][]) {
  const all = emptyCurves();
  for (const [index, values] of curves.entries()) {
    recordEpochs(
      all,
      `ended-${index}`,
      values.map((value, step) => ({ step, value })),
    );
    closeCurve(all, `ended-${index}`);
  }
  return all;
}

function hopeless(curves: ReturnType<typeof ended>, values: number[], type: 'Maximize' | 'Minimize' = 'Maximize') {
  recordEpochs(
    curves,
    'now',
    values.map((value, step) => ({ step, value })),
  );
  return isHopeless(curves, 'now', type);
}

// Averages up to the fourth epoch: 0.4, 0.5, 0.6; their median is 0.5.
const EARLIER = [
  [0.4, 0.4, 0.4, 0.4],
  [0.5, 0.5, 0.5, 0.5],
  [0.6, 0.6, 0.6, 0.6],
];

describe('the median rule', () => {
  it('stops a training job that is worse than the median of the earlier averages', () => {
    expect(hopeless(ended(...EARLIER), [0.1, 0.2, 0.3, 0.49])).toBe(true);
    expect(hopeless(ended(...EARLIER), [0.1, 0.2, 0.3, 0.51])).toBe(false);
    expect(hopeless(ended(...EARLIER), [0.9, 0.9, 0.9, 0.51], 'Minimize')).toBe(true);
  });

  it('keeps one that is exactly the median', () => {
    expect(hopeless(ended(...EARLIER), [0.5, 0.5, 0.5, 0.5])).toBe(false);
  });

  it('compares with averages up to the same epoch, not with last values', () => {
    const late = Array.from({ length: 3 }, () => [0, 0, 0, 1]);
    expect(hopeless(ended(...late), [0.2, 0.2, 0.2, 0.3])).toBe(false);
  });

  it('waits for three earlier training jobs that came as far, and for four epochs', () => {
    expect(hopeless(ended(...EARLIER.slice(1)), [0, 0, 0, 0])).toBe(false);
    expect(hopeless(ended(...EARLIER.slice(1), [0.5]), [0, 0, 0, 0])).toBe(false);
    expect(hopeless(ended(...EARLIER), [0, 0, 0])).toBe(false);
  });

  it('hears every epoch once, and starts over with a new attempt', () => {
    const curves = ended(...EARLIER);
    hopeless(curves, [0, 0, 0, 0]);
    recordEpochs(curves, 'now', [{ step: 0, value: 9 }]);
    expect(curves.running.get('now')).toEqual([0, 0, 0, 0]);
    restartCurve(curves, 'now');
    expect(isHopeless(curves, 'now', 'Maximize')).toBe(false);
  });

  it('leaves values that are not finite out', () => {
    expect(hopeless(ended(...EARLIER), [Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN])).toBe(false);
  });
});
