import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { AttemptOutcome, AttemptResult, StopReason } from '@fleetune/domain';
import { fromAttemptKeyMessage, toAttemptKeyMessage } from './attempt-key.js';
import { type AttemptReport, AttemptReportSchema } from './generated/fleetune/agent/v1/agent_pb.js';
import { fromInt64, toInt64 } from './int64.js';
import { fromFinalMetricMessage, toFinalMetricMessage } from './metric-point.js';

/** A record, so that a new reason cannot be forgotten here. */
const STOP_REASONS: Readonly<Record<StopReason, true>> = {
  UserRequested: true,
  TuningJobStopped: true,
  EarlyStopped: true,
  MaxResourceReached: true,
  FoldsAbandoned: true,
  MaxRuntimeExceeded: true,
  MaxWaitExceeded: true,
  AgentStopping: true,
};

/**
 * @param logBytes everything the attempt printed, dropped bytes included. A `Lost` outcome, which no agent reports of
 *   itself, travels as Interrupted, because both are tried again.
 */
export function toAttemptReport(result: AttemptResult, logBytes: number): AttemptReport {
  return create(AttemptReportSchema, {
    key: toAttemptKeyMessage(result.key),
    outcome: toOutcomeMessage(result.outcome),
    finalMetrics: result.finalMetrics.map(toFinalMetricMessage),
    modelArtifactUri: result.modelArtifactUri ?? '',
    trainingStartMs: toInt64(result.trainingStartMs ?? 0),
    trainingEndMs: toInt64(result.trainingEndMs ?? 0),
    startupMs: result.startupMs ?? 0,
    logBytes: toInt64(logBytes),
  });
}

/** A report without a known outcome reads as InternalError, so that the attempt is tried again within its budget. */
export function fromAttemptReport(report: AttemptReport): AttemptResult {
  return {
    key: fromAttemptKeyMessage(report.key),
    outcome: fromOutcomeMessage(report.outcome),
    finalMetrics: report.finalMetrics.map(fromFinalMetricMessage),
    ...(report.modelArtifactUri === '' ? {} : { modelArtifactUri: report.modelArtifactUri }),
    ...(report.trainingStartMs === 0n ? {} : { trainingStartMs: fromInt64(report.trainingStartMs) }),
    ...(report.trainingEndMs === 0n ? {} : { trainingEndMs: fromInt64(report.trainingEndMs) }),
    ...(report.startupMs === 0 ? {} : { startupMs: report.startupMs }),
  };
}

/** A reason that this version does not know counts as a user's request: the attempt did end, and on purpose. */
export function parseStopReason(text: string): StopReason {
  return Object.hasOwn(STOP_REASONS, text) ? (text as StopReason) : 'UserRequested';
}

type OutcomeInit = NonNullable<MessageInitShape<typeof AttemptReportSchema>['outcome']>;

function toOutcomeMessage(outcome: AttemptOutcome): OutcomeInit {
  switch (outcome.kind) {
    case 'Succeeded':
      return { case: 'succeeded', value: {} };
    case 'AlgorithmError':
      return {
        case: 'algorithmError',
        value: { reason: outcome.reason, exitCode: outcome.exitCode ?? 0 },
      };
    case 'ClientError':
      return { case: 'clientError', value: { reason: outcome.reason } };
    case 'InternalError':
      return { case: 'internalError', value: { reason: outcome.reason } };
    case 'Stopped':
      return { case: 'stopped', value: { stopReason: outcome.stopReason } };
    case 'Interrupted':
    case 'Lost':
      return { case: 'interrupted', value: { reason: outcome.reason } };
  }
}

function fromOutcomeMessage(outcome: AttemptReport['outcome']): AttemptOutcome {
  switch (outcome.case) {
    case 'succeeded':
      return { kind: 'Succeeded' };
    case 'algorithmError': {
      const { reason, exitCode } = outcome.value;
      return { kind: 'AlgorithmError', reason, ...(exitCode === 0 ? {} : { exitCode }) };
    }
    case 'clientError':
      return { kind: 'ClientError', reason: outcome.value.reason };
    case 'internalError':
      return { kind: 'InternalError', reason: outcome.value.reason };
    case 'stopped':
      return { kind: 'Stopped', stopReason: parseStopReason(outcome.value.stopReason) };
    case 'interrupted':
      return { kind: 'Interrupted', reason: outcome.value.reason };
    default:
      return { kind: 'InternalError', reason: 'The agent reported an outcome that this server does not know.' };
  }
}
