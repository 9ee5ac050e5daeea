import { ATTEMPT_PHASES } from '@fleetune/domain';
import { describe, expect, it } from 'vitest';
import { fromAttemptKeyMessage, toAttemptKeyMessage } from './attempt-key.js';
import { fromAttemptPhaseMessage, toAttemptPhaseMessage } from './attempt-phase.js';
import { AttemptPhase } from './generated/fleetune/agent/v1/agent_pb.js';
import { fromMetricPointMessage, toMetricPointMessage } from './metric-point.js';

describe('values on the wire', () => {
  it('names attempts', () => {
    const key = { trainingJobId: 'job', fence: 3 };
    expect(fromAttemptKeyMessage(toAttemptKeyMessage(key))).toEqual(key);
    expect(fromAttemptKeyMessage(undefined)).toEqual({ trainingJobId: '', fence: 0 });
  });

  it.each(ATTEMPT_PHASES)('knows the phase %s', (phase) => {
    expect(fromAttemptPhaseMessage(toAttemptPhaseMessage(phase))).toBe(phase);
  });

  it('does not guess at an unknown phase', () => {
    expect(fromAttemptPhaseMessage(AttemptPhase.UNSPECIFIED)).toBeUndefined();
  });

  it.each([0.25, Number.NaN, Number.POSITIVE_INFINITY, -0])('carries the metric value %d', (value) => {
    const point = { name: 'loss', value, step: 41, timestampMs: 1_700_000_000_123 };
    expect(fromMetricPointMessage(toMetricPointMessage(point))).toEqual(point);
  });
});
