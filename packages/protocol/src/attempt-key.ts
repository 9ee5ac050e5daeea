import { create } from '@bufbuild/protobuf';
import type { AttemptKey } from '@fleetune/domain';
import { type AttemptKey as AttemptKeyMessage, AttemptKeySchema } from './generated/fleetune/agent/v1/agent_pb.js';

export function toAttemptKeyMessage(key: AttemptKey): AttemptKeyMessage {
  return create(AttemptKeySchema, { trainingJobId: key.trainingJobId, fence: key.fence });
}

/** A message without a key names no attempt: job id empty, fence 0, which no attempt ever has. */
export function fromAttemptKeyMessage(message: AttemptKeyMessage | undefined): AttemptKey {
  return { trainingJobId: message?.trainingJobId ?? '', fence: message?.fence ?? 0 };
}
