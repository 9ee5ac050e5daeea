import type { AttemptOutcome, AttemptResult } from '@fleetune/domain';
import { describe, expect, it } from 'vitest';
import { fromAttemptReport, parseStopReason, toAttemptReport } from './attempt-report.js';
import { decodeAttemptReport, encodeAttemptReport } from './envelope.js';

const key = { trainingJobId: 'job', fence: 7 };

function throughTheWire(result: AttemptResult): AttemptResult {
  return fromAttemptReport(decodeAttemptReport(encodeAttemptReport(toAttemptReport(result, 1234))));
}

describe('attempt reports', () => {
  it.each<AttemptOutcome>([
    { kind: 'Succeeded' },
    { kind: 'AlgorithmError', reason: 'it crashed', exitCode: 137 },
    { kind: 'AlgorithmError', reason: 'no exit code' },
    { kind: 'ClientError', reason: 'no such channel' },
    { kind: 'InternalError', reason: 'disk full' },
    { kind: 'Stopped', stopReason: 'MaxRuntimeExceeded' },
    { kind: 'Interrupted', reason: 'spot notice' },
  ])('carry the outcome %o', (outcome) => {
    expect(throughTheWire({ key, outcome, finalMetrics: [] })).toEqual({ key, outcome, finalMetrics: [] });
  });

  it('carry metrics as they are, the model and the times', () => {
    const result: AttemptResult = {
      key,
      outcome: { kind: 'Succeeded' },
      finalMetrics: [
        { name: 'loss', value: Number.NaN, timestampMs: 1_700_000_000_001 },
        { name: 'gain', value: Number.NEGATIVE_INFINITY, timestampMs: 1_700_000_000_002 },
      ],
      modelArtifactUri: 's3://out/job/output/model.tar.gz',
      trainingStartMs: 1_700_000_000_000,
      trainingEndMs: 1_700_000_009_000,
      startupMs: 12.5,
    };
    expect(throughTheWire(result)).toEqual(result);
  });

  it('count the log', () => {
    expect(toAttemptReport({ key, outcome: { kind: 'Succeeded' }, finalMetrics: [] }, 1234).logBytes).toBe(1234n);
  });

  it('call a lost attempt interrupted, because both are tried again', () => {
    const lost = throughTheWire({ key, outcome: { kind: 'Lost', reason: 'lease' }, finalMetrics: [] });
    expect(lost.outcome).toEqual({ kind: 'Interrupted', reason: 'lease' });
  });

  it('read an outcome or stop reason of a later version as something that can be acted on', () => {
    const report = toAttemptReport({ key, outcome: { kind: 'Succeeded' }, finalMetrics: [] }, 0);
    report.outcome = { case: undefined };
    expect(fromAttemptReport(report).outcome.kind).toBe('InternalError');
    expect(parseStopReason('EarlyStopped')).toBe('EarlyStopped');
    expect(parseStopReason('SomethingNew')).toBe('UserRequested');
  });
});
