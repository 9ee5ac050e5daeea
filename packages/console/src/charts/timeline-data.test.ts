import { describe, expect, it } from 'vitest';
import { trainingJob } from './jobs.fixture.js';
import { timeline } from './timeline-data.js';

describe('the timeline', () => {
  it('needs as many lanes as ran side by side', () => {
    const bars = timeline(
      [0, 1, 2, 3, 4].map((index) => trainingJob(index)),
      0,
    );
    expect(bars.map((bar) => bar.lane)).toEqual([0, 1, 0, 1, 0]);
  });

  it('draws what runs until now', () => {
    const running = trainingJob(0, { status: 'InProgress', trainingEndTimeMs: undefined });
    expect(timeline([running], 5_000_000)).toMatchObject([{ fromMs: 1_000_000, startMs: 1_001_000, toMs: 5_000_000 }]);
  });

  it('tells waiting from training', () => {
    const waiting = trainingJob(0, { status: 'InProgress', trainingStartTimeMs: undefined });
    expect(timeline([waiting], 5_000_000)[0]).not.toHaveProperty('startMs');
  });
});
