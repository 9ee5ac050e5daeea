import { describe, expect, it } from 'vitest';
import { storedOutcome } from './stored-trial.js';

type Row = Parameters<typeof storedOutcome>[0];

const ROW: Row = {
  tuning_index: 0,
  definition: 0,
  configuration: { x: 1 },
  status: 'Completed',
  stop_reason: null,
  objective: 0.5,
  final_metrics: [
    { name: 'score', value: '0.5', timestampMs: 1 },
    { name: 'score:standard_error', value: '0.1', timestampMs: 1 },
  ],
};
const outcome = (change: Partial<Row>, epochs?: number) => storedOutcome({ ...ROW, ...change }, 'score', epochs);

describe('what the store knows of a training job teaches the search as much as when it ended', () => {
  it('how sure the mean of its folds is', () => {
    expect(outcome({})).toEqual({ kind: 'Completed', objective: 0.5, standardError: 0.1 });
  });

  it('that one that had all its epochs ran to its end', () => {
    const stopped = { status: 'Stopped', stop_reason: 'MaxResourceReached', final_metrics: [] };
    expect(outcome(stopped)).toEqual({ kind: 'Completed', objective: 0.5 });
  });

  it('how far one came that was stopped', () => {
    const stopped = { status: 'Stopped', stop_reason: 'EarlyStopped' };
    expect(outcome(stopped, 9)).toEqual({ kind: 'Stopped', objective: 0.5, resource: 9 });
  });

  it('that one failed, and nothing of one that has not ended', () => {
    expect(outcome({ status: 'Failed', objective: null })).toEqual({ kind: 'Failed' });
    expect(outcome({ status: 'Stopping' })).toBeUndefined();
  });
});
