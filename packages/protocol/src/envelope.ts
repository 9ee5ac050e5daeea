import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import {
  type AttemptReport,
  AttemptReportSchema,
  type ConnectRequest,
  ConnectRequestSchema,
  type ConnectResponse,
  ConnectResponseSchema,
  type TrainingOrder,
  TrainingOrderSchema,
} from './generated/fleetune/agent/v1/agent_pb.js';

type AgentMessageInit = NonNullable<MessageInitShape<typeof ConnectRequestSchema>['message']>;
type ServerMessageInit = NonNullable<MessageInitShape<typeof ConnectResponseSchema>['message']>;

/** One message from an agent to a server, such as `agentMessage({ case: 'draining', value: {} })`. */
export function agentMessage(message: AgentMessageInit): ConnectRequest {
  return create(ConnectRequestSchema, { message });
}

/** One message from a server to an agent. */
export function serverMessage(message: ServerMessageInit): ConnectResponse {
  return create(ConnectResponseSchema, { message });
}

export function encodeAttemptReport(report: AttemptReport): Uint8Array {
  return toBinary(AttemptReportSchema, report);
}

/** @throws Error when `bytes` are not an encoded AttemptReport. */
export function decodeAttemptReport(bytes: Uint8Array): AttemptReport {
  return fromBinary(AttemptReportSchema, bytes);
}

export function encodeTrainingOrder(order: TrainingOrder): Uint8Array {
  return toBinary(TrainingOrderSchema, order);
}

/** @throws Error when `bytes` are not an encoded TrainingOrder. */
export function decodeTrainingOrder(bytes: Uint8Array): TrainingOrder {
  return fromBinary(TrainingOrderSchema, bytes);
}
